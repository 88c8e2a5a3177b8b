#!/bin/sh
# The making of the shipped `normal` model in short: the same call on one clip, three epochs, with
# the arithmetic that any x86-64 processor has (scalar kernels, OpenBLAS's oldest core). The weights
# must be those of the stored fingerprint, whatever the number of threads. Another OpenBLAS or
# libsamplerate than Debian 12's may round otherwise. Prints "ok name" or "FAIL name".

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

stored=bfffc9355cec8c60e1b26f20d62edbc2bff508e001ee0e7105902781821d729a
unset OPENBLAS_L2_SIZE
export OPENBLAS_CORETYPE=Prescott TRASLUZ_KERNELS=scalar

made() { # FOLDER THREADS
    mkdir "$1" && (cd "$1" && "$TRAINER" train "$here/clip.flac" -o normal.safetensors \
        --arch normal --window 11034 --epochs 3 \
        --learning-rate 0.002 --patience 3 --name normal -t "$2" >/dev/null)
}

weights_are_those_stored() {
    made one 1 || return 1
    found=$("$TRAINER" info one/normal.safetensors | awk '$1 == "fingerprint" { print $2 }')
    [ "$found" = "$stored" ] && return 0
    echo "fingerprint $found, not $stored" >&2
    return 1
}

threads_do_not_change_the_file() { made alone 1 && made three 3 &&
    cmp alone/normal.safetensors three/normal.safetensors; }

if [ "$(uname -m)" = x86_64 ]; then
    run weights_are_those_stored
fi
run threads_do_not_change_the_file
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
