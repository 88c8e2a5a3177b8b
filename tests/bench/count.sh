#!/bin/sh
# count.sh PROGRAM [--update]: counts the instructions of each part of counted.c with callgrind, and
# compares them with counts.txt: they may differ by 3 %. Instructions, unlike seconds, are the same
# on a busy machine. `--update` writes the counts anew: for changes that are meant to cost what they
# cost. The counts are of gcc's optimised code for AVX2: elsewhere nothing is compared.
set -u
program=$1
cd "$(dirname "$0")" || exit 1
stored=$PWD/counts.txt
cd ../.. || exit 1
# valgrind 3.19 does not support AVX-512. One thread, and kernels that do not depend on the machine.
export TRASLUZ_KERNELS=avx2 OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=counted \
        "$program" "$1" 2>&1 | sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

if ! grep -q avx2 /proc/cpuinfo; then
    echo "ok count.not_compared_without_avx2"
    exit 0
fi
[ "${2:-}" != --update ] || {
    for part in engine altered spectrum instance step spectral_step; do
        echo "$part $(count $part)"
    done | tee "$stored"
    exit
}
failed=0
while read -r part wanted; do
    found=$(count "$part")
    if [ -n "$found" ] && [ $((found * 100)) -le $((wanted * 103)) ] &&
        [ $((found * 100)) -ge $((wanted * 97)) ]; then
        echo "ok count.$part"
    else
        echo "FAIL count.$part"
        echo "    ${found:-no} instructions, not $wanted; if that is meant: make count" >&2
        failed=1
    fi
done <"$stored"
exit $failed
