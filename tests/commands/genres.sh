#!/bin/sh
# presets/make-genres renders the clips of trainer/STUDIES.md: a few seconds are compared with those
# kept in genres.flac, four seconds of classical.00000. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
presets=$here/../presets

# rms AUDIO…: prints the root mean square of a mix in sox's notation.
rms() {
    sox -V1 "$@" -n stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }'
}

# Other versions of FluidSynth or of the sound font may differ in the last bits: the difference is
# 60 dB below the clip.
test_clip_is_that_of_the_studies() {
    "$presets/make-genres" made --genres classical --start 0 --per-genre 1 >/dev/null || return 1
    sox -V1 made/classical/classical.00000.wav part.wav trim 5 4 && own=$(rms part.wav) &&
        other=$(rms -m -v 1 part.wav -v -1 "$here/commands/genres.flac") &&
        [ "$(soxi -s part.wav)" -eq 88200 ] &&
        echo "$own $other" | awk '{ exit !($1 > 0.01 && $2 < 0.001 * $1) }'
}

# A second call renders nothing; what is missing is made again, byte for byte.
test_rendering_resumes() {
    clip=made/classical/classical.00000.wav
    cp "$clip" first.wav && "$presets/make-genres" made --genres classical --start 0 --per-genre 1 >out &&
        grep -q '^done: 0 made' out && rm "$clip" &&
        "$presets/make-genres" made --genres classical --start 0 --per-genre 1 >/dev/null &&
        cmp "$clip" first.wav
}

test_an_unknown_genre_is_named() {
    ! "$presets/make-genres" made --genres polka 2>err && grep -q 'unknown genre polka' err
}

run test_clip_is_that_of_the_studies
run test_rendering_resumes
run test_an_unknown_genre_is_named
exit $failed
