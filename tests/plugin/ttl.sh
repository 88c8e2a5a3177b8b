#!/bin/sh
# ttl.sh BUNDLE: the plugin's Turtle files against the LV2 vocabularies, and what hosts see of them.
set -u
bundle=$(realpath "$1")
report() { if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "FAIL $2"; fi; }

# sord_validate wants every vocabulary on its command line, and exits 0 even where it complains.
vocabularies=$(dpkg -L lv2-dev | grep '^/usr/lib/lv2/.*\.ttl$')
# shellcheck disable=SC2086
complaints=$(sord_validate $vocabularies "$bundle"/*.ttl 2>&1 | grep -iE '^(error|warning)')
[ -z "$complaints" ]; report $? ttl_validates
[ -z "$complaints" ] || printf '%s\n' "$complaints" >&2

wanted=$(grep -c 'a pset:Preset' "$bundle/manifest.ttl")
for plugin in mono stereo; do
    info=$(LV2_PATH=$(dirname "$bundle"):/usr/lib/lv2 lv2info "urn:trasluz:$plugin" 2>&1)
    echo "$info" | grep -q 'Has latency: *yes'; report $? "lv2info_${plugin}_latency"
    grep -o 'lv2:symbol "[a-z_]*"' "$bundle/presets.ttl" | sort -u | cut -d'"' -f2 |
        while read -r symbol; do
        echo "$info" | grep -q "Symbol: *$symbol\$"; report $? "lv2info_${plugin}_has_$symbol"
    done
    shown=$(grep -o 'rdfs:label "[^"]*"' "$bundle/presets.ttl" | cut -d'"' -f2 |
        while read -r label; do echo "$info" | sed 's/^[[:space:]]*//' | grep -cxF "$label"; done |
            grep -c '^1$')
    [ "$shown" -eq "$wanted" ]; report $? "lv2info_${plugin}_shows_all_presets"
done
symbols=$(nm -D --defined-only "$bundle/trasluz.so" | awk '{print $3}')
[ "$symbols" = lv2_descriptor ]; report $? exports_only_lv2_descriptor

# The window is a shared object of its own: hosts without a screen need neither X11 nor cairo.
readelf -d "$bundle/trasluz.so" | grep NEEDED | grep -qiE 'cairo|libX'
[ $? -eq 1 ]; report $? the_plugin_needs_no_window_libraries
if [ -e "$bundle/trasluz_ui.so" ]; then
    # What lv2lint asks of a window.
    symbols=$(nm -D --defined-only "$bundle/trasluz_ui.so" | awk '{print $3}' |
        grep -vxE '_edata|_end|__bss_start') # these are the linker's
    [ "$symbols" = lv2ui_descriptor ]; report $? the_window_exports_only_lv2ui_descriptor
    readelf -d "$bundle/trasluz_ui.so" | grep NEEDED | grep -qiE 'gtk|qt|libstdc|pango'
    [ $? -eq 1 ]; report $? the_window_needs_no_toolkit_of_a_host
    nm -D --undefined-only "$bundle/trasluz_ui.so" | grep -qwE 'v?fork|system|popen|exec[lv][pe]*'
    [ $? -eq 1 ]; report $? the_window_starts_no_program
    window=$(sed -n '/^<urn:trasluz:ui>/,/ \.$/p' "$bundle/manifest.ttl")
    while read -r name fact; do
        echo "$window" | grep -q "$fact"; report $? "the_window_$name"
    done <<'FACTS'
is_for_x11 a ui:X11UI ;
has_a_binary_of_its_own lv2:binary <trasluz_ui.so> ;
requires_urids_and_idle_alone lv2:requiredFeature urid:map , ui:idleInterface ;
takes_a_size optionalFeature.*ui:resize
has_the_idle_interface extensionData.*ui:idleInterface
can_be_resized extensionData.*ui:resize
takes_a_scale supportedOption.*ui:scaleFactor
FACTS
    echo "$window" | grep -qE 'instance-access|data-access'
    [ $? -eq 1 ]; report $? the_window_does_without_the_instance
    LV2_PATH=$(dirname "$bundle"):/usr/lib/lv2 lv2info urn:trasluz:stereo |
        grep -q 'trasluz_ui.so'; report $? lv2info_shows_the_window
fi
