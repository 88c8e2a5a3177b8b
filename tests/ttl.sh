#!/bin/sh
# ttl.sh BUNDLE: the plugin's Turtle files against the LV2 vocabularies, and what hosts see of it.
set -u
bundle=${1%/}
report() { if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "FAIL $2"; fi; }

# sord_validate wants every vocabulary on its command line. It exits 0 even where it complains.
complaints=$(sord_validate $(find /usr/lib/lv2 -name '*.ttl' -path '*.lv2/*' ! -path '*/trasluz.lv2/*' \
    -exec grep -lE 'a owl:Ontology|a lv2:Specification' {} + ; \
    find /usr/lib/lv2 -path '/usr/lib/lv2/*.lv2/*.ttl' \( -path '*/lv2core.lv2/*' -o -path '*/schemas.lv2/*' \)) \
    "$bundle"/*.ttl 2>&1 | grep -iE 'error|warning')
[ -z "$complaints" ]; report $? ttl_validates
[ -z "$complaints" ] || printf '%s\n' "$complaints" >&2

for plugin in mono stereo; do
    info=$(LV2_PATH=$(dirname "$bundle"):/usr/lib/lv2 lv2info "urn:trasluz:$plugin" 2>&1)
    echo "$info" | grep -q 'Has latency: *yes'; report $? "lv2info_${plugin}_latency"
    echo "$info" | grep -q 'Symbol: *noise'; report $? "lv2info_${plugin}_noise"
    for preset in "$bundle"/presets.ttl; do
        wanted=$(grep -c 'a pset:Preset' "$bundle/manifest.ttl")
        shown=$(echo "$info" | sed -n '/Presets:/,/^$/p' | grep -c '	')
        [ "$shown" -gt 0 ] && [ "$((wanted))" -gt 0 ]; report $? "lv2info_${plugin}_presets"
    done
done
symbols=$(nm -D --defined-only "$bundle/trasluz.so" | awk '{print $3}')
[ "$symbols" = lv2_descriptor ]; report $? exports_only_lv2_descriptor
