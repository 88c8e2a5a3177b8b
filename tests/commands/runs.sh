#!/bin/sh
# Runs in folders of their own, from the outside: `trainer train --run`, killed and gone on with,
# and what TensorBoard reads of it; `trainer sweep`. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

events() {
    /usr/bin/python3 "$here/commands/tensorboard.py" "$1"
}

# Eleven pieces of some seconds, for which any bytes will do: AU of 8-bit mu-law at 22050 Hz.
mkdir music
for i in 1 2 3 4 5 6 7 8 9 10 11; do
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        awk -v n="$((i * 6000 + 20000))" -v i="$i" \
            'BEGIN { for (k = 0; k < n; k++) printf "%c", 33 + (k * i) % 90 }'
    } >"music/$i.au"
done

# train ARGUMENT…: of five epochs.
five_epochs='--arch 16k8s4p2,8k8s4p2 --window 8000 --epochs 5'
train() {
    # shellcheck disable=SC2086 # several options
    "$TRAINER" train music $five_epochs "$@"
}

# killed_in_the_middle FOLDER ARGUMENT…: calls the trainer and ends it without a warning once its
# second epoch is there.
killed_in_the_middle() {
    watched=$1
    shift
    "$TRAINER" "$@" >/dev/null 2>&1 &
    killed=$!
    until grep -q '^2,' "$watched/weights.csv" 2>/dev/null ||
        ! kill -0 "$killed" 2>/dev/null; do sleep 0.01; done
    kill -9 "$killed" 2>/dev/null
    wait "$killed" 2>/dev/null
    [ $? -eq 137 ]
}

test_a_run_folder_is_complete() {
    train --run whole >out 2>err && [ ! -s err ] &&
        [ "$(find whole -type f | wc -l)" -eq 6 ] && [ -s whole/weights.safetensors ] && [ -s whole/weights.html ] &&
        [ "$(wc -l <whole/weights.csv)" -eq 6 ] && ls whole/events.out.tfevents.* >/dev/null &&
        train -o alone.safetensors >/dev/null && cut -d , -f 1-4 alone.csv >alone &&
        cut -d , -f 1-4 whole/weights.csv | cmp - alone
}

test_the_configuration_is_complete() {
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

test_a_killed_run_resumes() {
    # shellcheck disable=SC2086
    killed_in_the_middle broken train music $five_epochs --run broken || return 1
    events broken >/dev/null && refused 2 '--resume continues it' train music --run broken &&
        train --run broken --resume >/dev/null && cut -d , -f 1-4 broken/weights.csv |
            cmp - alone &&
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
    refused 2 'exists; --force overwrites it' train music --run broken &&
        train --run broken --seed 2 --force >/dev/null &&
            [ "$(find broken -name 'events*' | wc -l)" -eq 1 ] &&
        ! events broken | cmp -s - values
}

test_wrong_calls_are_refused() {
    refused 2 'either --output FILE or --run FOLDER is needed' train music &&
        refused 2 'either --output' train music --run a -o b && [ ! -e a ] && [ ! -e b ] &&
            ! train --run whole/config.json >/dev/null 2>err &&
        grep -q 'config.json: File exists' err && [ "$(wc -l <err)" -eq 1 ]
}

# ---- Sweeps ----

cat >grid.sweep <<'EOF'
# Eight combinations, of which four cannot be.
channels = 8,4 16,8
kernels = 8,8
strides = 4,4
paddings = 2,2 3,2
activation = leaky_relu, tanh
window = 8000
epochs = 3
EOF

sweep() {
    "$TRAINER" sweep grid.sweep music -o grid "$@"
}

test_a_sweep_trains_what_can_be() {
    sweep >out 2>err || return 1
    [ "$(wc -l <err)" -eq 4 ] && [ "$(grep -c 'skipped: channels .* paddings 3,2' err)" -eq 4 ] &&
        grep -q '^4 runs: 0 finished, 0 to resume, 4 to start$' out &&
        [ "$(grep -c '^11 clips' out)" \
            -eq 1 ] && [ "$(find grid -name weights.safetensors | wc -l)" -eq 4 ] &&
        [ -s grid/16,8_2,2_tanh/config.json ] && events grid/16,8_2,2_tanh >/dev/null
}

# The table holds what the weights files say, the best first.
test_the_table_is_sorted() {
    /usr/bin/python3 -c '
import csv, subprocess, sys
rows = list(csv.DictReader(open("grid/sweep.csv")))
losses = [float(row["validation_loss"]) for row in rows]
assert len(rows) == 4 and losses == sorted(losses) and len(set(losses)) == 4
for row, line in zip(rows, open("grid/sweep.md").read().splitlines()[2:]):
    said = subprocess.run([sys.argv[1], "info", "grid/" + row["folder"] + "/weights.safetensors"], stdout=-1, text=True).stdout
    said = dict(part for part in (line.split(None, 1) for line in said.splitlines()) if len(part) == 2)
    assert abs(float(said["validation"]) / float(row["validation_loss"]) - 1) < 1e-5 and said["name"] == row["folder"]
    assert said["activation"] == row["activation"] and said["parameters"].startswith(row["parameters"] + ",")
    assert line.startswith("| %s | %s | %s |" % (row["channels"], row["paddings"], row["activation"])), line' "$TRAINER"
}

test_curves_are_drawn() {
    [ "$(grep -c '8,4.*2,2.*tanh' grid/train_loss.svg)" -gt 0 ] &&
        [ "$(grep -c '16,8.*2,2.*leaky' grid/validation_loss.svg)" -gt 0 ]
}

test_what_is_done_is_not_done_again() {
    find grid -name 'weights*' -exec stat -c '%n %y' '{}' ';' >stamps && rm grid/sweep.csv ||
        return 1
    sweep >out 2>/dev/null &&
        grep -q '^4 runs: 4 finished, 0 to resume, 0 to start$' out && ! grep -q '^run ' out &&
        find grid -name 'weights*' -exec stat -c '%n %y' '{}' ';' | cmp - stamps &&
            [ -s grid/sweep.csv ]
}

test_a_killed_sweep_resumes() {
    cp grid/sweep.csv table.csv && mv grid old && mkdir grid && cp -r old/8,4_2,2_tanh grid ||
        return 1
    killed_in_the_middle grid/8,4_2,2_leaky_relu sweep grid.sweep music -o grid --no-pictures &&
        sweep --no-pictures >out 2>/dev/null && cmp grid/sweep.csv table.csv &&
        grep -q '^4 runs: 1 finished, 1 to resume, 2 to start$' out &&
            grep -q 'leaky_relu, resumed$' out
}

test_what_is_of_another_sweep_is_kept() {
    sed 's/epochs = 3/epochs = 4/' grid.sweep >longer.sweep && cp -r grid before &&
        ! "$TRAINER" sweep longer.sweep music -o grid --no-pictures >/dev/null 2>err &&
        tail -n 1 err | grep -q 'grid/8,4_2,2_leaky_relu/config.json: .* epochs 3, expected 4' &&
            diff -r grid before
}

# One network under two names is trained once, and has two rows.
test_the_same_training_is_done_once() {
    printf 'arch = 4k8s4p2 4k8s4p2/1k8s4p2\nwindow = 8000\nepochs = 1\n' >same.sweep
    "$TRAINER" sweep same.sweep music -o same --no-pictures >out 2>&1 &&
        grep -q '^4k8s4p2_1k8s4p2 is the same training as 4k8s4p2$' out &&
        [ "$(find same -name weights.safetensors | wc -l)" -eq 1 ] &&
            [ "$(wc -l <same/sweep.csv)" -eq 3 ]
}

# A file has the name of its folder.
test_a_run_that_fails_does_not_end_the_sweep() {
    printf 'arch = 4k8s4p2\nwindow = 8000\nepochs = 2\nlearning-rate = 0.01 0.001\n' >wild.sweep
    mkdir -p wild && printf 'x' >wild/0.01
    ! "$TRAINER" sweep wild.sweep music -o wild --no-pictures >out 2>err &&
        grep -q '^trainer sweep: 0.01: ' err &&
        grep -q '^| 0.001 .*| done |$' wild/sweep.md && grep -q '^| 0.01 .*| wild/0.01' \
            wild/sweep.md
}

test_shipped_sweeps_are_understood() {
    for file in "$here"/../presets/sweeps/*.sweep; do
        ! "$TRAINER" sweep "$file" nowhere -o shipped --no-pictures >out 2>err &&
            [ "$(cat err)" = 'trainer sweep: nowhere: No such file or directory' ] || return 1
    done
}

test_wrong_sweeps_are_refused() {
    echo 'epochs = 5 five' >wrong.sweep
    printf 'arch = normal\nwindow = 7\n' >none.sweep
    refused 1 "wrong.sweep: line 1: epochs: must be a whole number .* not 'five'" sweep \
        wrong.sweep music -o wrong &&
        refused 1 'nothing.sweep: No such file' sweep nothing.sweep music -o wrong &&
        refused 2 'a file of settings and folders of music must be given' sweep wrong.sweep \
            -o wrong &&
        refused 2 '--output FOLDER is needed' sweep wrong.sweep music && [ ! -e wrong ] &&
        ! "$TRAINER" sweep none.sweep music -o wrong >out 2>err && [ ! -e wrong ] &&
            grep -q 'no combination of the settings can be' err
}

run test_a_run_folder_is_complete
run test_the_configuration_is_complete
run test_tensorboard_reads_its_events
run test_a_killed_run_resumes
run test_events_that_end_in_a_record_are_read
run test_force_leaves_nothing_of_the_older_run
run test_wrong_calls_are_refused
run test_a_sweep_trains_what_can_be
run test_the_table_is_sorted
run test_curves_are_drawn
run test_what_is_done_is_not_done_again
run test_a_killed_sweep_resumes
run test_what_is_of_another_sweep_is_kept
run test_the_same_training_is_done_once
run test_a_run_that_fails_does_not_end_the_sweep
run test_shipped_sweeps_are_understood
run test_wrong_sweeps_are_refused
# shellcheck disable=SC2154
exit "$failed"
