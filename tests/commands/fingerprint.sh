#!/bin/sh
# The making of the shipped `normal` model in short: the same call on one clip, three epochs. With
# the arithmetic that any x86-64 processor has (scalar kernels) the weights must be those of the
# stored fingerprint; AVX2 and AVX-512 round less often and give both the same weights, another
# stored fingerprint. The number of threads changes neither. Another libsamplerate than Debian 12's
# may round otherwise. Prints "ok name" or "FAIL name".

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

stored=fdc029974180987b191ce73db0f7025627b006d6427dc9f3a86d5e11f4abd466
stored_fused=fde5736aeb41a2b35c306b15a8d9331d0765caa0079fc7dd47c9236da7c60ae3

made() { # FOLDER THREADS LEVEL
    mkdir "$1" && (cd "$1" && TRASLUZ_KERNELS=$3 "$TRAINER" train "$here/clip.flac" \
        -o normal.safetensors --arch normal --window 11034 --epochs 3 \
        --learning-rate 0.002 --patience 3 --name normal -t "$2" >/dev/null)
}

weights_are() { # FINGERPRINT LEVEL
    made "$2" 1 "$2" || return 1
    found=$("$TRAINER" info "$2/normal.safetensors" | awk '$1 == "fingerprint" { print $2 }')
    [ "$found" = "$1" ] && return 0
    echo "$2: fingerprint $found, not $1" >&2
    return 1
}

weights_are_those_stored() { weights_are "$stored" scalar; }
avx2_gives_those_stored() { weights_are "$stored_fused" avx2; }
avx512_gives_those_of_avx2() { weights_are "$stored_fused" avx512; }

threads_do_not_change_the_file() { made alone 1 '' && made three 3 '' &&
    cmp alone/normal.safetensors three/normal.safetensors; }

if [ "$(uname -m)" = x86_64 ]; then
    run weights_are_those_stored
    ! grep -q avx2 /proc/cpuinfo || run avx2_gives_those_stored
    ! grep -q avx512f /proc/cpuinfo || run avx512_gives_those_of_avx2
fi
run threads_do_not_change_the_file
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
