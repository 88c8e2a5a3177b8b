#!/bin/sh
# The shipped models have their rows in presets/README.md: each by name, and each package of the
# music that it was trained on, with its licence. Each has its card, which make-cards.sh made.
#
# Weights that were trained with options that no longer exist (`--start folded`, `--loss snr`) still
# load and sound as they did. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

folded=$here/commands/folded.safetensors

test_old_weights_show_the_call_that_made_them() {
    "$TRAINER" info "$folded" >out && grep -q '^made by .* --start folded --loss snr ' out &&
        grep -q '^fingerprint *7d3d7f8cc35f960479c1c29407e7614fecee166a04dfe4d98cffa9a07765286f$' \
            out
}

# The figure is that of the trainer that made the file.
test_old_weights_sound_as_before() {
    "$TRAINER" eval "$folded" "$here/clip.flac" >out || return 1
    grep 'clip\.flac$' out >&2
    awk '$NF ~ /clip\.flac$/ { same = $3 > 42.40 && $3 < 42.42 } END { exit !same }' out
}

readme=$here/../presets/README.md

test_each_model_has_its_row() {
    for model in "$here"/../presets/models/*.safetensors; do
        name=$(basename "$model" .safetensors)
        grep -qE "^\| \`$name\` \| (spectra|waveforms), " "$readme" || { echo "$name has no row" >&2; return 1; }
    done
}

test_each_package_of_music_has_its_licence() {
    for model in "$here"/../presets/models/*.safetensors; do
        "$TRAINER" info "$model" | sed -n 's/^trained on *//p' |
            grep -oE '[a-z0-9.-]+-(music|data|songs-[a-z]+|default|1\.16-music)' | grep -v fetch-music >packages
        [ -s packages ] || { echo "$model names no package" >&2; return 1; }
        while read -r package; do
            grep -qE "^\| $package \| [A-Z0-9][A-Za-z0-9.+, -]+ \|" "$readme" ||
                { echo "$package has no licence" >&2; return 1; }
        done <packages
    done
}

test_each_model_has_its_card() {
    "$here/../presets/make-cards.sh" cards || return 1
    for model in "$here"/../presets/models/*.safetensors; do
        card=$(basename "$model" .safetensors).md
        cmp "cards/$card" "$here/../presets/models/$card" && grep -q '^| licence | ISC' "cards/$card" &&
            grep -q '^    trainer train' "cards/$card" && sed -n '/^| package/,$p' "cards/$card" |
            grep -qE '^\| [a-z0-9.-]+ \| [A-Z0-9][A-Za-z0-9.+, -]+ \| [A-Za-z]' || return 1
    done
}

# The commands of the report's models and `directo` have the options of an earlier trainer.
test_models_of_spectra_are_made_by_the_call_of_weights_sh() {
    for model in "$here"/../presets/models/*.safetensors; do
        "$TRAINER" info "$model" >out
        grep -q '^kind *a model of spectra$' out || continue
        options=$("$here/../presets/weights.sh" --print "$(basename "$model" .safetensors)") &&
            grep -q -e "^made by .* $options\$" out && continue
        grep '^made by' out >&2
        return 1
    done
}

# The call of each model is one that today's trainer takes: it is the music that is missing.
test_calls_of_weights_sh_are_taken() {
    for model in "$here"/../presets/models/*.safetensors; do
        options=$("$here/../presets/weights.sh" --print "$(basename "$model" .safetensors)") ||
            return 1
        # shellcheck disable=SC2086 # each option is a word
        refused 1 'no-music: No such file' train no-music -o x.safetensors $options || return 1
    done
}

run test_calls_of_weights_sh_are_taken
run test_each_model_has_its_card
run test_each_model_has_its_row
run test_each_package_of_music_has_its_licence
run test_models_of_spectra_are_made_by_the_call_of_weights_sh
run test_old_weights_show_the_call_that_made_them
run test_old_weights_sound_as_before
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
