#!/bin/sh
# The cache of decoded audio from the outside. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# noise FILE SEED: half a second of mu-law noise at 22050 Hz.
noise() {
    mkdir -p "$(dirname "$1")"
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        LC_ALL=C awk -v seed="$2" \
            'BEGIN { srand(seed); for (i = 0; i < 11025; i++) printf "%c", 33 + rand() * 90 }'
    } >"$1"
}

for i in $(seq 6); do noise "music/$i.au" "$i"; done

# cached: the number of files in the cache.
cached() {
    find cache/trasluz -type f | wc -l
}

test_what_was_decoded_is_used_again() {
    "$TRAINER" check music --rate 22050 >first && [ "$(cached)" -eq 6 ] &&
        "$TRAINER" check music --rate 22050 >second && cmp first second && [ "$(cached)" -eq 6 ]
}

test_a_replaced_file_of_equal_size_and_time_is_noticed() {
    ! grep -q 'more than once' first || return 1
    touch -r music/2.au stamp && cp music/1.au music/2.au && touch -r stamp music/2.au &&
        "$TRAINER" check music --rate 22050 >out && grep -q '^  1.au = 2.au$' out
}

test_size_is_printed() {
    "$TRAINER" cache >out && grep -Eq '/cache/trasluz: 7 files, 3[0-9]* kB$' out &&
        grep -q 'kB decoded in .*/cache/trasluz (see trainer cache)$' first
}

# What is in use stays, whatever the limit is; what was not used for the longest time goes.
test_the_limit_is_kept() {
    find cache/trasluz -type f -exec touch -d '2 days ago' {} + &&
        "$TRAINER" check music/1.au music/3.au --rate 22050 --cache-limit 0.00001 >/dev/null &&
        [ "$(cached)" -eq 2 ] && "$TRAINER" check music --rate 22050 --cache-limit 0 >/dev/null &&
        [ "$(cached)" -eq 6 ]
}

test_the_cache_is_emptied() {
    touch cache/trasluz/mine && "$TRAINER" cache --keep 1 >out && grep -q '^removed 0' out &&
        "$TRAINER" cache >out && [ "$(cached)" -eq 7 ] &&
        "$TRAINER" cache --empty >out && grep -q '^removed 6' out && [ "$(cached)" -eq 1 ] &&
        grep -q ': 0 files, 0 bytes$' out
}

# By size: of six files of 1000 to 6000 samples, no more is left than fits.
test_a_size_is_kept() {
    "$TRAINER" check music --rate 22050 >/dev/null && [ "$(cached)" -eq 7 ] || return 1
    all=$(find cache/trasluz -name '*.f32' -printf '%s\n' | awk '{ s += $1 } END { print s }')
    "$TRAINER" cache --keep 1M >out && grep -q '^removed 0' out &&
        "$TRAINER" cache --keep "$((all / 1000 - 2))k" >out && grep -q '^removed [12] file' out &&
        [ "$(find cache/trasluz -name '*.f32' -printf '%s\n' |
            awk '{ s += $1 } END { print s }')" -le "$((all - 2000))" ] &&
        "$TRAINER" cache --keep 0.000001GB >out && grep -q '^removed [45] files' out &&
        "$TRAINER" check music --rate 22050 --cache-limit 2G >/dev/null &&
        refused 2 "keep: must be a size such as 500M or 2G, not '5x'" cache --keep 5x &&
        refused 2 'cache-limit: must be a size' check music --cache-limit -- -1
}

# Another program cuts the files of the cache while a training reads them.
test_a_cache_that_is_cut_in_use_is_told() {
    "$TRAINER" train music -o cut.safetensors --arch 4k8s4p2 --window 2048 --epochs 1000000 \
        >trained 2>err &
    trainer=$!
    tries=0
    until grep -qs 'epoch 2:' trained || [ $((tries += 1)) -gt 300 ]; do sleep 0.1; done
    for file in cache/trasluz/*.f32; do : >"$file"; done
    wait "$trainer"
    [ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] &&
        grep -q '^trainer: a file in use, .* was cut by another program' err
}

run test_what_was_decoded_is_used_again
run test_a_replaced_file_of_equal_size_and_time_is_noticed
run test_size_is_printed
run test_the_limit_is_kept
run test_the_cache_is_emptied
run test_a_size_is_kept
run test_a_cache_that_is_cut_in_use_is_told
# shellcheck disable=SC2154
exit "$failed"
