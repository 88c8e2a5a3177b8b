#!/bin/sh
# fuzz.sh PROGRAMS (-runs=N | -max_total_time=SECONDS) [TARGET…]: runs the fuzz targets built in the
# folder PROGRAMS, all or those named, each from its corpus in tests/fuzz/corpus, always with the
# same seed. What a target found that is new stays in PROGRAMS/found/TARGET, a case that ended it in
# PROGRAMS/found too. Prints "ok name" or "FAIL name" for each, with the figures.
set -u
here=$(realpath "$(dirname "$0")")
programs=$(realpath "$1")
length=$2
shift 2
[ $# -gt 0 ] || set -- arch weights latent sweep checkpoint latents classifier report messages state

# The plugin's bundle: see fuzz_host.h. In memory where that can be: files are written, and synced,
# for each case.
memory=/dev/shm
[ -d $memory ] && [ -w $memory ] || memory=${TMPDIR:-/tmp}
bundle=$(mktemp -d -p "$memory")
trap 'rm -rf "$bundle"' EXIT
mkdir "$bundle/models"
cp "$here/corpus/weights/default" "$bundle/models/normal.safetensors"
cd "$bundle" || exit 1

status=0
for target in "$@"; do
    found=$programs/found/$target
    mkdir -p "$found"
    start=$(date +%s)
    # A case that takes more than 10 s, or more than this memory at once or in all, is a finding
    # too.
    if "$programs/fuzz_$target" "$length" -seed=1 -timeout=10 -malloc_limit_mb=512 \
        -rss_limit_mb=2048 -print_final_stats=1 \
        -max_len=16384 -dict="$here/words.dict" -artifact_prefix="$programs/found/$target-" \
            "$found" "$here/corpus/$target" \
        >"$bundle/log" 2>&1; then
        cases=$(awk '/number_of_executed_units/ { print $2 }' "$bundle/log")
        covered=$(grep -o 'cov: [0-9]*' "$bundle/log" | tail -1)
        echo "ok fuzz_$target: $cases cases in $(($(date +%s) - start)) s, $covered edges"
    else
        echo "FAIL fuzz_$target"
        tail -60 "$bundle/log" >&2
        status=1
    fi
done
exit $status
