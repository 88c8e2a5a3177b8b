#!/bin/sh
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

run test_old_weights_show_the_call_that_made_them
run test_old_weights_sound_as_before
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
