#!/bin/sh
# preset.sh: `trainer preset`: the bundle is one that lilv, and so every host, lists; it stays whole
# where it is moved; the card. See fixture.sh. LV2_PATH is the folder of the built plugin.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
models=$here/../presets/models references=$here/../presets/references
bundles=$(dirname "$TRAINER")/../lv2
export LV2_PATH="$bundles"

test_bundle_is_listed_with_model_and_reference() {
    "$TRAINER" preset "$models/normal.safetensors" "$references/disco-normal.safetensors" \
        -o 'my own.lv2' --name 'My "own" sound é' --author 'A. Musician' --licence CC0-1.0 >out ||
        return 1
    grep -q '^wrote my own.lv2: 2 presets' out && mv 'my own.lv2' moved.lv2 &&
        LV2_PATH="$bundles:$folder" lv2info -p presets urn:trasluz:stereo >info 2>err
    for plugin in mono stereo; do
        LV2_PATH="$bundles:$folder" lv2info "urn:trasluz:$plugin" >info 2>err || return 1
        grep -q 'My "own" sound é$' info && grep -q 'My "own" sound é, disco-normal$' info ||
            return 1
    done
    grep -q '<model.safetensors>' moved.lv2/*.ttl && ! grep -q 'file://' moved.lv2/*.ttl &&
        grep -q '<reference-1.safetensors>' moved.lv2/*.ttl &&
        cmp "$references/disco-normal.safetensors" moved.lv2/reference-1.safetensors
}

test_turtle_is_valid() {
    for file in moved.lv2/*.ttl; do sordi "$file" file:///bundle/ >/dev/null || return 1; done
}

# Every control of the plugin has a value, the model alone is heard.
test_controls_have_values() {
    file=$(find moved.lv2 -name 'my--own--sound*-stereo.ttl' | head -n 1)
    for symbol in noise scale blend wet detail enabled; do
        grep -q "lv2:symbol \"$symbol\"" "$file" || return 1
    done
    tr '\n\t' '  ' <"$file" | grep -Eq 'lv2:symbol "detail" ; *pset:value 0.0 '
}

test_card_and_metadata_have_author_and_licence() {
    grep -q '| author | A. Musician |' moved.lv2/card.md &&
        grep -q '| licence | CC0-1.0 |' moved.lv2/card.md &&
        grep -q '| kind | a model of waveforms |' moved.lv2/card.md &&
        grep -q 'trainer train' moved.lv2/card.md &&
        "$TRAINER" info moved.lv2/model.safetensors >about &&
        grep -q '^author *A. Musician$' about && grep -q '^licence *CC0-1.0$' about &&
        grep -q '^kind *a model of waveforms$' about || return 1
    [ "$(awk '$1 == "fingerprint" { print $2 }' about)" = \
        "$("$TRAINER" info "$models/normal.safetensors" | awk '$1 == "fingerprint" { print $2 }')" ]
}

test_bundles_are_not_overwritten_without_force() {
    refused 1 'moved.lv2 exists; --force' preset "$models/chico.safetensors" -o moved.lv2 &&
        "$TRAINER" preset "$models/chico.safetensors" -o moved.lv2 --force >/dev/null &&
        "$TRAINER" info moved.lv2/model.safetensors | grep -q '^name *chico$' &&
        ! grep -q my--own moved.lv2/manifest.ttl || return 1
    mkdir foreign.lv2 && echo mine >foreign.lv2/manifest.ttl
    refused 1 'is no bundle of this command' preset "$models/chico.safetensors" -o foreign.lv2 \
        --force && [ "$(cat foreign.lv2/manifest.ttl)" = mine ]
}

test_wrong_calls_are_refused() {
    refused 2 'ends in .lv2' preset "$models/chico.safetensors" -o mine &&
        refused 1 'disco-normal' preset "$models/chico.safetensors" \
            "$references/disco-normal.safetensors" -o wrong.lv2 || return 1
    LV2_PATH=$folder/nowhere refused 1 'Trasluz is not installed' preset \
        "$models/chico.safetensors" -o none.lv2
}

run test_bundle_is_listed_with_model_and_reference
run test_turtle_is_valid
run test_controls_have_values
run test_card_and_metadata_have_author_and_licence
run test_bundles_are_not_overwritten_without_force
run test_wrong_calls_are_refused
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
