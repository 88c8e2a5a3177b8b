#!/bin/sh
# Runs in folders of their own, from the outside: `trainer train --run`, killed and gone on with, and what TensorBoard reads of
# it; `trainer sweep`. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/fixture.sh
. "$(dirname "$0")/fixture.sh"

events() {
    /usr/bin/python3 "$here/tensorboard.py" "$1"
}

# Eleven pieces of some seconds, for which any bytes will do: AU of 8-bit mu-law at 22050 Hz.
mkdir music
for i in 1 2 3 4 5 6 7 8 9 10 11; do
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        awk -v n="$((i * 6000 + 20000))" -v i="$i" 'BEGIN { for (k = 0; k < n; k++) printf "%c", 33 + (k * i) % 90 }'
    } >"music/$i.au"
done

# train ARGUMENT…: of five epochs.
five_epochs='--arch 16k8s4p2,8k8s4p2 --window 8000 --epochs 5'
train() {
    # shellcheck disable=SC2086 # several options
    "$TRAINER" train music $five_epochs "$@"
}

# killed_in_the_middle FOLDER ARGUMENT…: calls the trainer and ends it without a warning once its second epoch is there.
killed_in_the_middle() {
    watched=$1
    shift
    "$TRAINER" "$@" >/dev/null 2>&1 &
    killed=$!
    until grep -q '^2,' "$watched/weights.csv" 2>/dev/null || ! kill -0 "$killed" 2>/dev/null; do sleep 0.01; done
    kill -9 "$killed" 2>/dev/null
    wait "$killed" 2>/dev/null
    [ $? -eq 137 ]
}

test_a_run_folder_is_complete() {
    train --run whole >out 2>err && [ ! -s err ] &&
        [ "$(find whole -type f | wc -l)" -eq 4 ] && [ -s whole/weights.safetensors ] &&
        [ "$(wc -l <whole/weights.csv)" -eq 6 ] && ls whole/events.out.tfevents.* >/dev/null &&
        train -o alone.safetensors >/dev/null && cut -d , -f 1-4 alone.csv >alone &&
        cut -d , -f 1-4 whole/weights.csv | cmp - alone
}

test_the_configuration_tells_all() {
    /usr/bin/python3 -c '
import json
c = json.load(open("whole/config.json"))
s, a, d = c["settings"], c["architecture"], c["data"]
assert c["kind"] == "training" and "--run whole" in c["command"] and c["versions"]["trainer"]
assert (s["arch"], s["activation"], s["epochs"], s["seed"]) == ("16k8s4p2,8k8s4p2", "leaky_relu", 5, 1)
assert a["latent"] == [8, 500] and a["parameters"] == 2345 and a["hop"] == 16
assert [layer["frames"] for layer in a["encoder"] + a["decoder"]] == [2000, 500, 2000, 8000]
assert (d["clips"], d["train"], d["validation"], d["test"]) == (11, 9, 1, 1)'
}

# The losses are those of the table; the example is heard at each epoch of so short a training.
test_tensorboard_reads_its_events() {
    events whole >values || return 1
    awk -F , 'NR > 1 { printf "loss/train %d %.6g\nloss/validation %d %.6g\nlearning_rate %d %.6g\n",
        $1, $3, $1, $4, $1, $2 }' whole/weights.csv >table
    grep -v -e example -e spectrogram values | cmp - table &&
        [ "$(grep -c '^example/original 0 WAV 110256 ' values)" -eq 1 ] &&
        [ "$(grep -c '^spectrogram/original 0 PNG 431x513$' values)" -eq 1 ] &&
        [ "$(grep '^example/reconstruction' values | sort -u -k 4 | wc -l)" -eq 5 ] &&
        [ "$(grep -c '^spectrogram/reconstruction' values)" -eq 5 ]
}

test_a_killed_run_goes_on() {
    # shellcheck disable=SC2086
    killed_in_the_middle broken train music $five_epochs --run broken || return 1
    events broken >/dev/null && refused 2 '--resume goes on with' train music --run broken &&
        train --run broken --resume >/dev/null && cut -d , -f 1-4 broken/weights.csv | cmp - alone &&
        [ ! -e broken/weights.checkpoint ] && events broken | cmp - values &&
        "$TRAINER" info broken/weights.safetensors | grep '^fingerprint' >broken.print &&
        "$TRAINER" info alone.safetensors | grep '^fingerprint' | cmp - broken.print
}

# As though the program had ended within a record.
test_events_that_end_in_a_record_are_read() {
    mkdir cut
    head -c 300000 whole/events.out.tfevents.* >cut/events.out.tfevents.1 && events cut >some &&
        [ -s some ] && [ "$(wc -l <some)" -lt "$(wc -l <values)" ]
}

test_force_leaves_nothing_of_the_older_run() {
    refused 2 'is there already: --force writes over it' train music --run broken &&
        train --run broken --seed 2 --force >/dev/null && [ "$(find broken -name 'events*' | wc -l)" -eq 1 ] &&
        ! events broken | cmp -s - values
}

test_wrong_calls_are_refused() {
    refused 2 'either a weights file (-o FILE) or a folder (--run) is needed' train music &&
        refused 2 'either a weights file' train music --run a -o b && [ ! -e a ] && [ ! -e b ] && ! train --run whole/config.json >/dev/null 2>err &&
        grep -q 'config.json: File exists' err && [ "$(wc -l <err)" -eq 1 ]
}

run test_a_run_folder_is_complete
run test_the_configuration_tells_all
run test_tensorboard_reads_its_events
run test_a_killed_run_goes_on
run test_events_that_end_in_a_record_are_read
run test_force_leaves_nothing_of_the_older_run
run test_wrong_calls_are_refused
# shellcheck disable=SC2154
exit "$failed"
