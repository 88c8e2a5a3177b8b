#!/bin/sh
# ranks.sh TRAINER: training on several processes (`make MPI=1`) by that trainer: the same weights,
# byte for byte, as those of $TRAINER in one process; a stop, a failure or a death in one of them
# ends all. See fixture.sh.

# shellcheck disable=SC2317 # run() calls the tests

several=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
mkdir music
for i in 1 2 3 4 5; do sox "$here/clip.flac" -r 22050 -c 1 "music/$i.flac" trim "$((i * 2))" 2; done
settings="train music --arch 8k8s6p4,4k6s3p4 --window 3006 --batch 7 -t 1 --patience 1 --schedule plateau"

# on N ARGUMENT…: the trainer on so many processes of this machine.
on() {
    processes=$1
    shift
    timeout 120 mpirun --allow-run-as-root --oversubscribe -n "$processes" "$several" "$@" 2>err
}

# shellcheck disable=SC2086
test_several_processes_make_the_weights_of_one() {
    call="$settings --epochs 4 --random-gain 3 --spectral-loss 0.001 --force -o w.safetensors"
    "$TRAINER" $call >out && cp w.safetensors wanted && cut -d, -f 1-6 w.csv >losses || return 1
    for processes in 1 2 3; do
        rm -f w.*
        on "$processes" $call >log || { cat err >&2; return 1; }
        cmp wanted w.safetensors && cut -d, -f 1-6 w.csv | cmp - losses && [ ! -e w.checkpoint ] &&
            [ "$(wc -l <log)" -eq "$(wc -l <out)" ] || return 1
    done
}

# shellcheck disable=SC2086
test_a_run_folder_is_written_once() {
    on 2 $settings --epochs 2 --run folder >log || { cat err >&2; return 1; }
    [ "$(find folder -name 'events*' | wc -l)" -eq 1 ] &&
        [ "$(wc -l <folder/weights.csv)" -eq 3 ] &&
        [ -s folder/config.json ] && [ -s folder/weights.html ] &&
        [ "$(find folder -type f | wc -l)" -eq 6 ]
}

# begin CALL: starts it on three processes, and waits for the first epoch. The second process is
# $second.
begin() {
    rm -f long.* log pid*
    # shellcheck disable=SC2086,SC2016 # the processes' own shells know their numbers
    timeout 120 mpirun --allow-run-as-root --oversubscribe -n 3 sh -c \
        'echo $$ >pid$OMPI_COMM_WORLD_RANK; exec "$0" "$@"' "$several" $1 >log 2>err &
    job=$!
    while ! grep -qs '^epoch 1:' log; do
        kill -0 "$job" || return 1
        sleep 0.05
    done
    second=$(cat pid1)
}

# Stopped on three, gone on with on two and then on one: as if it had never been.
# shellcheck disable=SC2086
test_stopped_in_one_process_stops_all() {
    call="$settings --epochs 30 -o long.safetensors"
    "$TRAINER" $call >out && mv long.safetensors wanted || return 1
    begin "$call" && kill -INT "$second"
    wait "$job"
    [ $? -eq 130 ] || { cat err >&2; return 1; }
    grep -q '^interrupted' log && [ -s long.checkpoint ] && [ -s long.safetensors ] || return 1
    on 2 $call --resume >log || { cat err >&2; return 1; }
    cmp wanted long.safetensors
}

# shellcheck disable=SC2086
test_killed_in_one_process_ends_all() {
    call="$settings --epochs 30 -o long.safetensors"
    begin "$call" && kill -KILL "$second"
    wait "$job" && return 1
    [ -s long.checkpoint ] || return 1
    "$TRAINER" $call --resume >log && cmp wanted long.safetensors
}

# shellcheck disable=SC2086
test_what_cannot_be_written_ends_all() {
    on 3 $settings --epochs 4 -o nowhere/w.safetensors >log
    [ $? -eq 1 ] && [ "$(grep -c 'nowhere/w.safetensors: No such file' err)" -eq 1 ] &&
        mkdir full.csv || return 1
    on 3 $settings --epochs 4 -o full.safetensors --force >log
    [ $? -eq 1 ] && [ "$(grep -c 'full.csv: Is a directory' err)" -eq 1 ]
}

# shellcheck disable=SC2086
test_other_music_in_one_process_is_refused() {
    mkdir less && cp music/1.flac music/2.flac music/3.flac less
    timeout 120 mpirun --allow-run-as-root --oversubscribe -n 1 "$several" $settings \
        -o x.safetensors : \
        -n 1 "$several" train less ${settings#train music} -o x.safetensors >log 2>err
    [ $? -eq 1 ] && grep -q 'do not have the same music or settings' err && [ ! -e x.safetensors ]
}

run test_several_processes_make_the_weights_of_one
run test_a_run_folder_is_written_once
run test_stopped_in_one_process_stops_all
run test_killed_in_one_process_ends_all
run test_what_cannot_be_written_ends_all
run test_other_music_in_one_process_is_refused
# shellcheck disable=SC2154 # set by fixture.sh
exit $failed
