#!/bin/sh
# install.sh: make install puts what belongs where it belongs, hosts find it there, make uninstall
# leaves nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
report() { if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "FAIL $2"; fi; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root="$folder/with a space"
quiet() { "$@" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; return 1; }; }

quiet make install DESTDIR="$root" PREFIX=/usr LV2DIR=/usr/lib/lv2; report $? install
[ -x "$root/usr/bin/trainer" ] && [ -f "$root/usr/lib/lv2/trasluz.lv2/models/normal.safetensors" ]
report $? install_puts_files_in_place
grep -q '^.TH TRAINER' "$root/usr/share/man/man1/trainer.1"; report $? \
    install_puts_the_manual_in_place
cmp LICENSE "$root/usr/share/doc/trasluz/LICENSE" && cmp LICENSE \
    "$root/usr/lib/lv2/trasluz.lv2/LICENSE"
report $? install_puts_the_licence_in_place
LV2_PATH="$root/usr/lib/lv2:/usr/lib/lv2" lv2ls | grep -qx urn:trasluz:stereo; report $? \
    installed_plugin_is_found
"$root/usr/bin/trainer" info "$root/usr/lib/lv2/trasluz.lv2/models/normal.safetensors" >/dev/null
report $? installed_trainer_reads_the_shipped_model
quiet make uninstall DESTDIR="$root" PREFIX=/usr LV2DIR=/usr/lib/lv2; report $? uninstall
[ -z "$(find "$root" -type f)" ]; report $? uninstall_leaves_nothing

# The same below a folder that is named from here, and each half of it.
near=$(realpath --relative-to=. "$folder")/near
list() { (cd "$1" && find . -type f | sort); }
quiet make install DESTDIR="$root" && quiet make install DESTDIR="$near"; report $? \
    install_below_a_relative_folder
list "$root" >"$folder/all" && [ -s "$folder/all" ] && [ "$(list "$near")" = \
    "$(cat "$folder/all")" ]
report $? relative_folder_has_the_same_files
quiet make uninstall DESTDIR="$near" && [ -z "$(find "$near" -type f)" ]; report $? \
    uninstall_below_a_relative_folder
quiet make install-plugin DESTDIR="$near" && [ "$(list "$near")" = \
    "$(grep /lib/lv2/ "$folder/all")" ]
report $? install_plugin_alone
quiet make uninstall DESTDIR="$near" && quiet make install-trainer DESTDIR="$near" &&
    [ "$(list "$near")" = "$(grep -v /lib/lv2/ "$folder/all")" ]
report $? install_trainer_alone
