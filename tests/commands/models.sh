#!/bin/sh
# The shipped models on a music clip that none of them heard, rendered from a score and so unlike what they were trained on: the
# `claro` ones are better than the ideal low-pass that keeps as many numbers. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

passes_the_low_pass() {
    "$TRAINER" eval "$here/../presets/models/$1.safetensors" "$here/clip.flac" >table || return 1
    grep 'clip\.flac$' table >&2
    awk '$NF ~ /clip\.flac$/ { good = $3 > $5 } END { exit !good }' table
}
extra_chico_claro() { passes_the_low_pass extra_chico_claro; }
chico_claro() { passes_the_low_pass chico_claro; }
normal_claro() { passes_the_low_pass normal_claro; }
grande_claro() { passes_the_low_pass grande_claro; }

run extra_chico_claro
run chico_claro
run normal_claro
run grande_claro
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
