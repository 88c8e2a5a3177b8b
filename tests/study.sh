#!/bin/sh
# The study of a data set's latents from the outside: `trainer latents`, `classify` and `cluster`. $TRAINER is the program;
# prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

: "${TRAINER:?the path of the built trainer}"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
case $TRAINER in /*) ;; *) TRAINER=$PWD/$TRAINER ;; esac
cd "$folder" || exit 1
export HOME="$folder" XDG_CACHE_HOME="$folder/cache"
failed=0

# run TEST
run() {
    if "$1"; then
        echo "ok study.$1"
    else
        echo "FAIL study.$1"
        failed=1
    fi
}

# tone GENRE NUMBER STEP: half a second of mu-law at 22050 Hz: a saw tooth whose step tells the genre.
tone() {
    mkdir -p "music/$1"
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        awk -v step="$3" -v from="$2" 'BEGIN { for (i = 0; i < 11025; i++) printf "%c", 33 + (i * step + from * 7) % 90 }'
    } >"music/$1/$1.$2.au"
}

for i in 1 2 3 4 5 6 7 8 9 10; do
    tone high "$i" 31
    tone low "$i" 2
done
"$TRAINER" train music -o small.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 >/dev/null 2>&1

test_latents_are_those_of_encode() {
    "$TRAINER" encode small.safetensors music/low/low.3.au -o one.safetensors >/dev/null &&
        "$TRAINER" latents small.safetensors music/low/low.3.au -o whole.safetensors --whole >/dev/null || return 1
    size=$((4 * 4 * 2757)) # frames of 11 028 samples, the next length that the decoder gives back
    tail -c "$size" one.safetensors >one && tail -c "$size" whole.safetensors >whole &&
        grep -q '\[4,2757\]' one.safetensors && grep -q '\[1,4,2757\]' whole.safetensors && cmp one whole
}

test_latents_are_the_same_on_any_threads() {
    "$TRAINER" latents small.safetensors music -o set.safetensors -w 8000 -t 1 >out 2>err && [ ! -s err ] &&
        grep -q '^20 clips.* 2 genres; 16 for training' out && grep -q 'latents \[4,2000\] of 20 clips' out &&
        "$TRAINER" latents small.safetensors music -o again.safetensors -w 8000 -t 3 >/dev/null &&
        cmp set.safetensors again.safetensors
}

test_full_disk_leaves_no_latents() {
    (ulimit -f 8 && exec "$TRAINER" latents small.safetensors music -o full.safetensors) >/dev/null 2>err
    [ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -Eq 'full.safetensors: (File too large|No space)' err &&
        [ -z "$(ls full* 2>/dev/null)" ]
}

run test_latents_are_those_of_encode
run test_latents_are_the_same_on_any_threads
run test_full_disk_leaves_no_latents
exit $failed
