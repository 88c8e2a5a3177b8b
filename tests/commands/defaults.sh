#!/bin/sh
# defaults.sh: a training without options, by steps, and in a given time: how long it is, what it
# keeps so that it can be repeated, and what it says at the end. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# Twelve pieces of a few seconds, unlike each other: AU, 8 bits, one channel, 8000 Hz.
mkdir music
for i in 10 11 12 13 14 15 16 17 18 19 20 21; do
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\002'
        printf '\000\000\037\100\000\000\000\001'
        awk -v n="$((i * 1500))" -v i="$i" \
            'BEGIN { for (k = 0; k < n; k++) printf "%c", 33 + (k * i + int(k / 3000) * k) % 90 }'
    } >"music/$i.au"
done
tiny='spectrum256h64b24f80:16k1s1p0,6k1s1p0+linear'

fingerprint() { "$TRAINER" info "$1" | awk '$1 == "fingerprint" { print $2 }'; }
# setting FOLDER NAME: from a run's config.json.
setting() { sed -n "s/^ *\"$2\": *\(.*[^,]\),*$/\1/p" "$1/config.json" | tail -n 1; }

test_plain_training_is_spectral_and_follows_a_cosine() {
    "$TRAINER" train music --run plain --steps 3 >log || return 1
    "$TRAINER" info plain/weights.safetensors >out &&
        grep -q '^architecture *spectrum2048h256b64f80:' out && grep -q ' at 48000 Hz$' out &&
        [ "$(setting plain schedule)" = '"cosine"' ] && [ "$(setting plain steps)" = 3 ] &&
        [ "$(setting plain learning-rate)" = 0.002 ] && [ "$(setting plain window)" = 36096 ] &&
        "$TRAINER" train --help | grep -q -e '--steps N'
}

test_waveform_kinds_have_their_own_defaults() {
    "$TRAINER" train music --run wave --arch normal --steps 2 >log &&
        [ "$(setting wave window)" = 11034 ] && [ "$(setting wave schedule)" = '"cosine"' ] &&
        [ "$(setting wave rate)" = 22050.0 ]
}

# Without a length a training has the steps of its kind.
test_steps_have_defaults() {
    for kind in "spectral 4000 --arch $tiny --rate 8000" 'samples 6000 --arch 2k8s4p2'; do
        # shellcheck disable=SC2086
        set -- $kind
        name=$1 steps=$2
        shift 2
        "$TRAINER" train music --run "$name" "$@" >/dev/null 2>&1 &
        job=$!
        until [ -s "$name/config.json" ] || ! kill -0 "$job" 2>/dev/null; do sleep 0.01; done
        kill -KILL "$job" 2>/dev/null
        wait "$job" 2>/dev/null
        [ "$(setting "$name" steps)" = "$steps" ] || return 1
    done
}

# However long the music is, and whatever an epoch would be without.
test_steps_are_the_length_of_the_training() {
    "$TRAINER" train music --run steps --arch "$tiny" --rate 8000 --steps 203 --batch 2 >log &&
        [ "$(grep -c '^epoch' log)" -eq 5 ] &&
        [ "$(awk -F , 'NR > 1 { s += $6 } END { printf "%d", s / 0.752 + 0.5 }' \
            steps/weights.csv)" -eq 406 ]
}

test_a_cut_training_by_steps_is_resumed_to_the_same_weights() {
    "$TRAINER" train music --run cut --arch "$tiny" --rate 8000 --steps 203 --batch 2 \
        >/dev/null 2>&1 &
    killed=$!
    until grep -q '^2,' cut/weights.csv 2>/dev/null || ! kill -0 "$killed" 2>/dev/null; do
        sleep 0.01
    done
    kill -KILL "$killed" 2>/dev/null
    wait "$killed"
    if [ -e cut/weights.checkpoint ]; then
        "$TRAINER" train music --run cut --arch "$tiny" --rate 8000 --steps 203 --batch 2 \
            --resume >/dev/null || return 1
    fi
    [ "$(fingerprint cut/weights.safetensors)" = "$(fingerprint steps/weights.safetensors)" ]
}

# The command that is kept has the steps in place of the minutes, and makes the same weights.
test_minutes_become_steps_that_repeat() {
    "$TRAINER" train music -o timed.safetensors --arch "$tiny" --rate 8000 --minutes 0.15 >log &&
        call=$("$TRAINER" info timed.safetensors | sed -n 's/^made by *trainer //p') &&
        ! echo "$call" | grep -q minutes && echo "$call" | grep -q -e '--steps [1-9][0-9]*$' &&
        grep -q "^0.15 minutes: ${call##* } steps" log &&
        eval "\"\$TRAINER\" $call --force" >/dev/null || return 1
    first=$(fingerprint timed.safetensors)
    mv timed.safetensors before.safetensors
    eval "\"\$TRAINER\" $call --force" >/dev/null &&
        [ "$(fingerprint timed.safetensors)" = "$first" ] &&
        [ "$(fingerprint before.safetensors)" = "$first" ]
}

test_the_end_is_in_words() {
    "$TRAINER" train music -o s.safetensors --arch "$tiny" --rate 8000 --steps 200 >log &&
        grep -q 'piece.* that the training never heard' log &&
        grep -q 'principal components of as many values' log &&
        grep -Eq '^(Done|Still improving)' log && grep -q '^To hear it' log || return 1
    "$TRAINER" train music -o w.safetensors --arch 2k8s4p2 --steps 2 >log &&
        grep -q 'signal-to-noise ratio' log && grep -q 'ideal low-pass' log
}

test_lengths_that_contradict_each_other_are_refused() {
    refused 2 'not both it and --steps' train music -o x --steps 5 --minutes 1 &&
        refused 2 'equal part of --steps' train music -o x --steps 5 --epoch-windows 7 &&
        refused 2 '5 steps are too few for 6 epochs' train music -o x --steps 5 --epochs 6 &&
        refused 2 '--minutes: must be' train music -o x --minutes 0
}

run test_plain_training_is_spectral_and_follows_a_cosine
run test_waveform_kinds_have_their_own_defaults
run test_steps_have_defaults
run test_steps_are_the_length_of_the_training
run test_a_cut_training_by_steps_is_resumed_to_the_same_weights
run test_minutes_become_steps_that_repeat
run test_the_end_is_in_words
run test_lengths_that_contradict_each_other_are_refused
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
