#!/bin/sh
# further.sh: a finished training that is resumed with more epochs, and one that starts from other
# weights. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# piece FILE SAMPLES EXPRESSION: AU, 8 bits, one channel, 8000 Hz; letters by awk, from i and k.
piece() {
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\002'
        printf '\000\000\037\100\000\000\000\001'
        awk -v n="$2" "BEGIN { for (k = 0; k < n; k++) printf \"%c\", 33 + ($3) % 90 }"
    } >"$1"
}
mkdir music other
for i in 10 11 12 13 14 15; do
    piece "music/$i.au" $((i * 3000)) "k * $i + int(k / 3000) * k"
    piece "other/$i.au" $((i * 3000)) "int(k * k / ($i + 50)) % 50"
done
spectral='--arch spectrum256h64b24f80:16k1s1p0,r8k3d1,6k1s1p0+linear --rate 8000'

fingerprint() { "$TRAINER" info "$1" | awk '$1 == "fingerprint" { print $2 }'; }
# shellcheck disable=SC2086
train() { "$TRAINER" train music $spectral "$@"; }

# At a constant rate a training in two parts is the whole one.
test_constant_rate_goes_on_as_if_unbroken() {
    train -o whole.safetensors --schedule constant --epochs 6 >/dev/null &&
        train -o parts.safetensors --schedule constant --epochs 3 >/dev/null &&
        [ ! -e parts.checkpoint ] && [ -s parts.finished ] &&
        train -o parts.safetensors --schedule constant --epochs 6 --resume >log &&
        grep -q '^resumes after epoch 3$' log && [ "$(wc -l <parts.csv)" -eq 7 ] &&
        [ "$(fingerprint parts.safetensors)" = "$(fingerprint whole.safetensors)" ]
}

# 0.05 of 60 steps are the way up: the middle of the first step is at a sixth of 0.0005.
test_cosine_warms_up_again_and_says_so() {
    train -o cosine.safetensors --steps 60 --epochs 3 >/dev/null &&
        train -o cosine.safetensors --steps 120 --epochs 6 --resume >log &&
        grep -q '^resumes after epoch 3: the learning rate rises to 0.0005 and falls to 0 again' \
            log && grep -q 'not the training that 6 epochs without a break' log &&
        awk -F , 'NR == 4 { last = $2 } NR == 5 { first = $2 } NR == 7 { end = $2 }
            END { exit !(last < 1e-5 && first > 1e-4 && first < 0.0005 && end < 1e-5) }' cosine.csv
}

# Stopped after that, it is resumed by the same call to the same weights.
test_what_goes_on_can_be_interrupted() {
    train -o a.safetensors --steps 200 --epochs 4 >/dev/null && cp a.finished b.finished &&
        cp a.safetensors b.safetensors && cp a.csv b.csv &&
        train -o a.safetensors --epochs 40 --resume >/dev/null || return 1
    # shellcheck disable=SC2086
    "$TRAINER" train music $spectral -o b.safetensors --epochs 40 --resume >/dev/null 2>&1 &
    killed=$!
    until grep -q '^6,' b.csv || ! kill -0 "$killed" 2>/dev/null; do sleep 0.01; done
    kill -KILL "$killed" 2>/dev/null
    wait "$killed"
    if [ -e b.checkpoint ]; then
        train -o b.safetensors --epochs 40 --resume >/dev/null || return 1
    fi
    [ "$(wc -l <b.csv)" -eq 41 ] &&
        [ "$(fingerprint a.safetensors)" = "$(fingerprint b.safetensors)" ]
}

test_runs_go_on_too() {
    train --run run --steps 40 --epochs 2 >/dev/null &&
        train --run run --epochs 4 --resume >/dev/null && [ "$(wc -l <run/weights.csv)" -eq 5 ] &&
        grep -q '"epochs": 4' run/config.json && grep -q '"steps": 80' run/config.json
}

test_no_more_epochs_are_refused() {
    # shellcheck disable=SC2086
    refused 1 'finished after 6 epochs; --epochs 12' train music $spectral -o whole.safetensors \
        --schedule constant --epochs 6 --resume
}

# lsd WEIGHTS: the mean log-spectral distance over the other music.
lsd() { "$TRAINER" eval "$1" other --split all | awk '/mean of/ { print $3 }'; }

# The other music has other means of its bands: the first weights must do what the given ones do.
test_from_begins_where_the_weights_are() {
    train -o base.safetensors --steps 200 >/dev/null &&
        "$TRAINER" train other --from base.safetensors -o same.safetensors --steps 1 \
            --learning-rate 1e-9 >/dev/null || return 1
    before=$(lsd base.safetensors) after=$(lsd same.safetensors)
    [ "$before" = "$after" ] || { echo "    $before, $after" >&2; return 1; }
    "$TRAINER" info same.safetensors | grep -q 'made by.*--from base.safetensors'
}

test_from_learns_the_new_music_at_a_lower_rate() {
    "$TRAINER" train other --from base.safetensors -o tuned.safetensors --steps 200 >/dev/null &&
        awk -F , 'NR > 1 && $2 > 0.0005 { bad = 1 } END { exit bad }' tuned.csv &&
        echo "$(lsd tuned.safetensors) $(lsd base.safetensors)" | awk '{ exit !($1 < $2 - 0.3) }'
}

test_from_other_architectures_is_refused() {
    refused 2 'the weights to start from have the architecture' train other --from \
        base.safetensors -o x.safetensors --arch normal &&
        refused 1 'music/10.au' train other --from music/10.au -o x.safetensors
}

run test_constant_rate_goes_on_as_if_unbroken
run test_cosine_warms_up_again_and_says_so
run test_what_goes_on_can_be_interrupted
run test_runs_go_on_too
run test_no_more_epochs_are_refused
run test_from_begins_where_the_weights_are
run test_from_learns_the_new_music_at_a_lower_rate
run test_from_other_architectures_is_refused
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
