#!/bin/sh
# The recordings in presets/sources and tests/clip.flac are those that presets/make-sources.py
# renders. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

presets=$here/../presets

# Other versions of FluidSynth or of the sound font may differ in the last bits: what differs from
# the shipped recording is 60 dB below it.
is_shipped() {
    "$presets/make-sources.py" . "$1" &&
        sox -V1 -m -v 1 "$1.flac" -v -1 "$2" difference.wav &&
        sox -V1 "$2" -n stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }' >own &&
        sox -V1 difference.wav -n stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }' >other &&
        paste own other | awk '{ exit !($1 > 0.01 && $2 < 0.001 * $1) }'
}

test_sources_are_rendered_by_the_script() {
    for source in "$presets"/sources/*.flac "$here/clip.flac"; do
        is_shipped "$(basename "$source" .flac)" "$source" && continue
        echo "$source differs" >&2
        return 1
    done
}

test_an_unknown_recording_is_named() {
    ! "$presets/make-sources.py" . polka 2>err && grep -q "no recording 'polka'" err
}

run test_sources_are_rendered_by_the_script
run test_an_unknown_recording_is_named
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
