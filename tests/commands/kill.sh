#!/bin/sh
# kill.sh [KILLS]: the trainer is killed (SIGKILL) at random instants, so many times in all: while
# it decodes, trains, validates and writes, and while it encodes, reconstructs and reports. Nothing
# half stands under a real name then, and what is gone on with or repeated ends the same byte for
# byte, on any number of threads. See fixture.sh.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
kills=${1:-50}

for i in 1 2 3 4 5 6; do sox "$here/clip.flac" -r 22050 -c 1 "music$i.flac" trim "$((i * 2))" \
    "$((1 + i / 3))"; done
mkdir music && mv music?.flac music
settings="--arch 8k8s6p4,4k6s3p4 --window 3006 --epochs 8 --batch 4 --schedule plateau --patience 1 --random-gain 3"

# Prints a number in [0, 1) from the seed 1, 2 …
seed=0
random() {
    seed=$((seed + 1))
    awk -v seed="$seed" 'BEGIN { srand(seed); rand(); print rand() }'
}

# seconds COMMAND…: how long it takes; its output is dropped.
seconds() {
    began=$(date +%s%N)
    "$@" >out 2>err || cat err >&2
    echo "$began $(date +%s%N)" | awk '{ print ($2 - $1) / 1e9 }'
}

# killed SECONDS ARGUMENT…: starts the trainer and kills it at a random instant within them. False
# where it was done before.
killed() {
    after=$(echo "$1 $(random)" | awk '{ printf "%.4f", 0.002 + $1 * $2 }')
    shift
    timeout -s KILL "$after" "$TRAINER" "$@" >out 2>err
    status=$?
    if [ "$status" -ne 137 ] && [ "$status" -ne 0 ]; then
        echo "    trainer $* ended with $status: $(cat err)" >&2
        broken=1
    fi
    [ "$status" -eq 137 ]
}

# What is half has a temporary name, the first of its kind: the call before has left no other.
only_whole_files() {
    for file in run/*; do
        case $file in
        run/\* | *.trasluz-0) ;;
        run/w.html) tail -n 1 "$file" | grep -q '</html>$' ;;
        run/w.csv) [ "$(head -c 6 "$file")" = epoch, ] ;;
        run/w.safetensors) "$TRAINER" info "$file" >/dev/null ;;
        run/w.checkpoint | run/w.finished) ;; # the next call reads it
        *) false ;;
        esac || { echo "    $file is not whole" >&2; return 1; }
    done
}

# nothing_left FOLDER…: a call that was not killed has removed what those before it left of its
# files.
nothing_left() {
    left_over=$(find "$@" -name '*.trasluz-*')
    [ -z "$left_over" ] || { echo "    left: $left_over" >&2; return 1; }
}

train() {
    # shellcheck disable=SC2086
    "$TRAINER" train music -o run/w.safetensors --cache run-cache $settings "$@"
}

# Without the seconds, which no two runs have in common.
losses() {
    cut -d, -f 1-6 "$1"
}

# One training, killed until it is done; the number of threads changes from call to call.
killed_training() {
    rm -rf run run-cache && mkdir run
    while [ "$left" -gt 0 ]; do
        how=--force
        [ ! -e run/w.checkpoint ] || how=--resume
        # shellcheck disable=SC2086
        killed "$whole" train music -o run/w.safetensors --cache run-cache $settings $how \
            -t "$((left % 3 + 1))" || break
        only_whole_files || return 1
        left=$((left - 1))
    done
    [ -z "$broken" ] || return 1
    if [ ! -e run/w.safetensors ] || [ -e run/w.checkpoint ]; then
        how=--force
        [ ! -e run/w.checkpoint ] || how=--resume
        train "$how" >out 2>err || { cat err >&2; return 1; }
    fi
    nothing_left run run-cache && cmp unbroken/w.safetensors run/w.safetensors &&
        losses run/w.csv >a && losses unbroken/w.csv | cmp - a
}

test_killed_trainings_end_the_same() {
    broken='' left=$((kills / 2))
    mkdir run
    whole=$(seconds train) && mv run unbroken
    rm -rf run-cache
    while [ "$left" -gt 0 ]; do killed_training || return 1; done
}

# repeated FILE ARGUMENT…: a call that makes the file, killed a sixth of the times, leaves it whole
# or not at all.
repeated() {
    file=$1 left=$((kills / 6)) broken=''
    shift
    rm -rf made && mkdir made
    whole=$(seconds "$TRAINER" "$@") && mv "$file" wanted || return 1
    while [ "$left" -gt 0 ]; do
        if killed "$whole" "$@"; then left=$((left - 1)); fi
        [ -z "$broken" ] || return 1
        [ ! -e "$file" ] || cmp wanted "$file" || return 1
        rm -f "$file"
    done
    "$TRAINER" "$@" >out 2>err && cmp wanted "$file" && nothing_left made
}

test_killed_encodings_leave_no_half_file() {
    repeated made/latent encode unbroken/w.safetensors "$here/clip.flac" -o made/latent
}

test_killed_reconstructions_leave_no_half_file() {
    repeated made/sound.wav reconstruct unbroken/w.safetensors "$here/clip.flac" -o made/sound.wav
}

test_killed_reports_leave_no_half_file() {
    repeated made/page.html report unbroken -o made/page.html
}

run test_killed_trainings_end_the_same
run test_killed_encodings_leave_no_half_file
run test_killed_reconstructions_leave_no_half_file
run test_killed_reports_leave_no_half_file
# shellcheck disable=SC2154 # set by fixture.sh
exit $failed
