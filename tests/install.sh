#!/bin/sh
# install.sh: make install puts what belongs where it belongs, hosts find it there, make uninstall leaves nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
report() { if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "FAIL $2"; fi; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root="$folder/with a space"
quiet() { "$@" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; return 1; }; }

quiet make install DESTDIR="$root" PREFIX=/usr LV2DIR=/usr/lib/lv2; report $? install
[ -x "$root/usr/bin/trainer" ] && [ -f "$root/usr/lib/lv2/trasluz.lv2/models/normal.safetensors" ]
report $? install_puts_files_in_place
grep -q '^.TH TRAINER' "$root/usr/share/man/man1/trainer.1"; report $? install_puts_the_manual_in_place
LV2_PATH="$root/usr/lib/lv2:/usr/lib/lv2" lv2ls | grep -qx urn:trasluz:stereo; report $? installed_plugin_is_found
"$root/usr/bin/trainer" info "$root/usr/lib/lv2/trasluz.lv2/models/normal.safetensors" >/dev/null
report $? installed_trainer_reads_the_shipped_model
quiet make uninstall DESTDIR="$root" PREFIX=/usr LV2DIR=/usr/lib/lv2; report $? uninstall
[ -z "$(find "$root" -type f)" ]; report $? uninstall_leaves_nothing
