#!/bin/sh
# packagers.sh CC:CFLAGS:LDFLAGS:CPPFLAGS…: what those need who make a package of the source: the
# archive that `make dist` makes is the same each time, and from it, in a folder with a space in its
# name, as a user who may do nothing and without a network (as far as we may take both away), each
# compiler with its flags builds what installs, is found, exports one symbol, and can be taken away
# again. The plugin alone builds where none of the trainer's packages are, and without its window
# also where those of the window are not.
set -u
cd "$(dirname "$0")/../.." || exit 1
report() { if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "FAIL $2"; fi; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
quiet() { "$@" >"$folder/log" 2>&1 || { tail -40 "$folder/log" >&2; return 1; }; }

# as_packager COMMAND…: without what the machine lends.
as_packager() {
    if [ "$(id -u)" -eq 0 ]; then
        unshare -n setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/nonexistent "$@"
    elif unshare -rn true 2>/dev/null; then
        unshare -rn "$@"
    else
        "$@"
    fi
}

quiet make dist BUILD="$folder/one" && quiet make dist BUILD="$folder/two"; report $? dist
archive=$(basename "$folder"/one/*.tar.gz)
cmp "$folder/one/$archive" "$folder/two/$archive"; report $? two_archives_are_the_same
version=${archive#trasluz-} version=${version%.tar.gz}
[ -n "$version" ] && [ -n "$(tar -tzf "$folder/one/$archive" "trasluz-$version/README.md")" \
    ]; report $? archive_is_named_by_its_version

# unpack NAME: the source anew; sets `place` and `source`.
unpack() {
    place="$folder/$1 with a space"
    source="$place/trasluz-$version"
    mkdir "$place" && tar -xzf "$folder/one/$archive" -C "$place" && chmod -R a+rwX "$folder"
}

# plugin_alone NAME UI PACKAGE…: where there are the plugin's packages and these, and no others.
plugin_alone() {
    name=$1 ui=$2 packages=$3
    unpack "$name" || exit 1
    rm -f "$folder/pkg-config.asked"
    cat >"$folder/pkg-config" <<END
#!/bin/sh
for package in "\$@"; do
    case \$package in
        -*|lv2|jansson|nettle|kissfft-float$packages) ;;
        *) echo "there is no \$package" >&2; echo "\$package" >>"\$0.asked"; exit 1 ;;
    esac
done
exec pkg-config "\$@"
END
    chmod a+rx "$folder/pkg-config"
    quiet as_packager make -C "$source" -j"$(nproc)" PKG_CONFIG="$folder/pkg-config" PREFIX=/usr \
        UI="$ui" DESTDIR=staged install-plugin &&
        [ ! -e "$folder/pkg-config.asked" ] && [ -z "$(find "$source/build" -path '*trainer*')" ]
    report $? "$name.installs"
    LV2_PATH="$source/staged/usr/lib/lv2:/usr/lib/lv2" lv2ls |
        grep -qx urn:trasluz:mono; report $? "$name.is_found"
    shown=$(LV2_PATH="$source/staged/usr/lib/lv2:/usr/lib/lv2" lv2info urn:trasluz:mono |
        grep -c trasluz_ui.so)
    files=$(find "$source/staged" -name trasluz_ui.so | wc -l)
    if [ "$ui" = no ]; then [ "$shown" -eq 0 ] && [ "$files" -eq 0 ]
    else [ "$shown" -eq 1 ] && [ "$files" -eq 1 ]; fi
    report $? "$name.has_a_window.$ui"
}

plugin_alone plugin_without_window no ''
rm -rf "$place"
plugin_alone plugin yes '|cairo-xlib|x11'
! quiet as_packager make -C "$source" dist 2>/dev/null &&
    [ "$(grep -vc '^make' "$folder/log")" -eq 1 ]
report $? dist_without_a_clone_says_so
rm -rf "$place"

for build in "$@"; do
    IFS=: read -r compiler flags link defines <<END
$build
END
    name=$(echo "$compiler $flags $defines" | tr -c 'a-zA-Z0-9\n' _)
    unpack "$name" || exit 1
    root="$place/root"
    set_up="PREFIX=/usr LV2DIR=/usr/lib/lv2"

    quiet as_packager make -C "$source" -j"$(nproc)" CC="$compiler" CFLAGS="$flags" \
        LDFLAGS="$link" CPPFLAGS="$defines" all
    report $? "$name.builds"
    # shellcheck disable=SC2086
    quiet as_packager make -C "$source" CC="$compiler" CFLAGS="$flags" LDFLAGS="$link" \
        CPPFLAGS="$defines" DESTDIR="$root" $set_up install
    report $? "$name.installs"
    LV2_PATH="$root/usr/lib/lv2:/usr/lib/lv2" lv2ls | grep -qx urn:trasluz:mono; report $? \
        "$name.is_found"
    bundle="$root/usr/lib/lv2/trasluz.lv2"
    [ "$(nm -D --defined-only "$bundle/trasluz.so" | awk '{ print $3 }')" = lv2_descriptor ]
    report $? "$name.exports_one_symbol"
    [ "$("$root/usr/bin/trainer" --version)" = "trainer (Trasluz) $version" ] &&
        "$root/usr/bin/trainer" info "$bundle/models/normal.safetensors" >/dev/null
    report $? "$name.trainer_runs"
    # shellcheck disable=SC2086
    quiet as_packager make -C "$source" DESTDIR="$root" $set_up uninstall &&
        [ -z "$(find "$root" -type f)" ]
    report $? "$name.uninstall_leaves_nothing"
    rm -rf "$place"
done
