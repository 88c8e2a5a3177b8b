#!/bin/sh
# The split from the outside: what was trained on is not tested, whatever happened to the files.
# Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# noise FILE SEED: a quarter of a second of mu-law noise at 22050 Hz.
noise() {
    mkdir -p "$(dirname "$1")"
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        LC_ALL=C awk -v seed="$2" \
            'BEGIN { srand(seed); for (i = 0; i < 5500; i++) printf "%c", 33 + rand() * 90 }'
    } >"$1"
}

for i in $(seq 20); do
    noise "music/high/$i.au" "$i"
    noise "music/low/$i.au" "20$i"
done
cp music/high/7.au music/low/copy.au
"$TRAINER" train music -o small.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 >trained \
    2>err || exit 1

# clips SPLIT FOLDER…: the names of the clips that eval takes.
clips() {
    split=$1
    shift
    "$TRAINER" eval small.safetensors "$@" --split "$split" --tsv 2>notes |
        awk -F '\t' '$1 == "clip" { sub(".*/", "", $2); print $2 }' | sort
}

test_sides_are_those_of_the_training() {
    train=$(clips train music | wc -l) validation=$(clips validation music | wc -l)
    test=$(clips test music | wc -l)
    grep -q "^41 clips, .* $train for training, $validation for validation, $test for test$" \
        trained && grep -q "were trained on $((train + validation)) of these clips" notes
}

# 41 files, of which one is a copy.
test_weights_hold_a_list_of_sounds() {
    "$TRAINER" info small.safetensors >out && known=$(sed -n 's/^sounds known *//p' out) &&
        [ -n "$known" ] && test=$(clips test music | grep -vc copy) &&
        [ "$(echo "$known" | awk '{ print $1 + $4 }')" -eq $((40 - test)) ]
}

# A folder of other names, copies and new files: what was trained on is found by its sound.
test_what_was_trained_on_is_not_tested() {
    clips test music >tested && [ -s tested ] || return 1
    for i in $(seq 20); do
        noise "other/new$i.au" "30$i"
        cp "music/high/$i.au" "other/h$i.au"
        cp "music/low/$i.au" "other/l$i.au"
    done
    clips test other | grep -v new | sed 's/^[hl]//' | sort >again
    grep -v copy tested | cmp - again
}

test_all_that_was_trained_on_is_refused() {
    mkdir only && cp "music/high/$(clips train music/high | head -1)" only || return 1
    "$TRAINER" eval small.safetensors only >out 2>err
    [ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] &&
        grep -q "no clip in the split 'test': the weights were trained on this music" err &&
        "$TRAINER" eval small.safetensors only --split all >out && grep -q '1 clip' out
}

test_files_named_one_by_one_all_count() {
    "$TRAINER" eval small.safetensors music/high/1.au music/high/2.au music/low/3.au >out 2>err &&
        [ "$(grep -c '[0-9]\.au$' out)" -eq 3 ] &&
        grep -q 'trained on [123] of the clips in this table' out
}

test_genres_without_test_clips_are_named() {
    mkdir music/tiny && cp music/high/3.au music/tiny/
    "$TRAINER" eval small.safetensors music >out 2>err
    status=$?
    rm -r music/tiny
    [ "$status" -eq 0 ] && grep -q '^without clips for test: .*tiny' out
}

test_latents_know_the_genres_of_named_folders() {
    "$TRAINER" latents small.safetensors music/* -o set.safetensors >out && grep -q '2 genres' out &&
        grep -q 'high/1.au' set.safetensors &&
        "$TRAINER" latents small.safetensors music/high -o flat.safetensors >out &&
        grep -q '^no genres, which classify and cluster need' out
}

# The split of version 0.4, for weights of that time.
test_the_draw_can_be_repeated() {
    "$TRAINER" train music -o drawn.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 \
        --split draw >out && grep -q '33 for training, 4 for validation, 4 for test' out &&
        ! grep -q trained_sounds drawn.safetensors && grep -q trained_sounds small.safetensors &&
        "$TRAINER" eval drawn.safetensors music | grep -q '33 for training, 4 for validation' &&
        "$TRAINER" train music --run drawn --arch 4k8s4p2 --window 2048 --epochs 1 --split draw \
            >/dev/null && ! grep -q '"split"' drawn/config.json
}

run test_sides_are_those_of_the_training
run test_weights_hold_a_list_of_sounds
run test_what_was_trained_on_is_not_tested
run test_all_that_was_trained_on_is_refused
run test_files_named_one_by_one_all_count
run test_genres_without_test_clips_are_named
run test_latents_know_the_genres_of_named_folders
run test_the_draw_can_be_repeated
# shellcheck disable=SC2154
exit "$failed"
