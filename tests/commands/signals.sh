#!/bin/sh
# signals.sh: a training that is stopped by Ctrl-C, SIGTERM or SIGHUP, once or twice; two trainers on
# one output; a training that is resumed with other music. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

mkdir music
for i in 10 11 12 13 14 15; do
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\002'
        printf '\000\000\037\100\000\000\000\001'
        awk -v n="$((i * 3000))" -v i="$i" \
            'BEGIN { for (k = 0; k < n; k++) printf "%c", 33 + (k * i + int(k / 3000) * k) % 90 }'
    } >"music/$i.au"
done
long='train music --arch 4k8s4p2 --window 2048 --epochs 1000000'

# begun NAME: starts an endless training and waits until its third epoch.
begun() {
    # shellcheck disable=SC2086
    "$TRAINER" $long -o "$1.safetensors" >"$1.log" 2>&1 &
    job=$!
    until grep -q '^3,' "$1.csv" 2>/dev/null; do
        kill -0 "$job" 2>/dev/null || { cat "$1.log" >&2; return 1; }
        sleep 0.02
    done
}

# stopped NAME SIGNAL STATUS: one such signal saves everything, measures the best weights and ends
# with that status.
stopped() {
    begun "$1" || return 1
    kill -s "$2" "$job"
    wait "$job"
    status=$?
    [ "$status" -eq "$3" ] || { echo "    $2: status $status, not $3" >&2; return 1; }
    [ -s "$1.checkpoint" ] && "$TRAINER" info "$1.safetensors" >/dev/null &&
        grep -q "^wrote $1.safetensors: epoch" "$1.log" &&
        grep -q '^interrupted; to resume' "$1.log"
}

test_interrupt_ends_with_130() { stopped int INT 130; }
test_sigterm_ends_with_143() { stopped term TERM 143; }
test_sighup_ends_with_129() { stopped hup HUP 129; }

# nohup's training goes on after SIGHUP.
test_ignored_sighup_stays_ignored() {
    (trap '' HUP && begun ignored && kill -HUP "$job" && sleep 0.2 && kill -0 "$job" &&
        kill -TERM "$job" && { wait "$job"; [ $? -eq 143 ]; })
}

# A process that is stopped cannot have ended between the two signals; the second one kills it.
test_second_signal_ends_at_once() {
    begun twice || return 1
    kill -STOP "$job"
    kill -INT "$job"
    kill -TERM "$job"
    kill -CONT "$job"
    wait "$job"
    status=$?
    # The shell calls both a death by SIGTERM and an exit 143 so; a death says nothing more.
    [ "$status" -eq 143 ] || [ "$status" -eq 130 ] || { echo "    status $status" >&2; return 1; }
    ! grep -q '^interrupted' twice.log && [ -s twice.checkpoint ] &&
        "$TRAINER" info twice.safetensors >/dev/null
}

# While the training is under way the best weights so far are a whole file.
test_best_weights_are_whole_at_any_moment() {
    begun whole || return 1
    for _ in 1 2 3 4 5; do
        "$TRAINER" info whole.safetensors >/dev/null || { kill -KILL "$job"; return 1; }
    done
    kill -KILL "$job"
    wait "$job" 2>/dev/null
    "$TRAINER" info whole.safetensors | grep -q '^fingerprint'
}

test_second_trainer_is_told_of_the_first() {
    begun both || return 1
    # shellcheck disable=SC2086
    refused 1 'another trainer is at work on both.safetensors' $long -o both.safetensors --force &&
        refused 1 'another trainer is at work on both' $long -o both.safetensors --resume
    told=$?
    kill -INT "$job"
    wait "$job"
    [ "$told" -eq 0 ] && [ ! -e .both.safetensors.lock ]
}

# SIGKILL leaves the file of the lock; the next trainer takes it.
test_lock_of_a_killed_trainer_is_free() {
    begun dead || return 1
    kill -KILL "$job"
    wait "$job" 2>/dev/null
    [ -e .dead.safetensors.lock ] && "$TRAINER" train music --arch 4k8s4p2 --window 2048 \
        --epochs 1 -o dead.safetensors --force >/dev/null && [ ! -e .dead.safetensors.lock ]
}

# changed PATTERN: resuming is refused with that pattern.
changed() {
    # shellcheck disable=SC2086
    timeout 60 "$TRAINER" $long -o named.safetensors --resume >/dev/null 2>err
    if [ $? -eq 1 ] && grep -q "$1" err; then return 0; fi
    cat err >&2
    return 1
}

test_changed_music_is_named() {
    begun named || return 1
    kill -INT "$job"
    wait "$job"
    mv music/10.au music/new.au
    changed 'of its files 1 came (new.au), 1 went (10.au)'
    told=$?
    mv music/new.au music/10.au
    printf abc >>music/11.au
    [ "$told" -eq 0 ] && changed '1 changed (11.au)'
}

# stored FILE [SECONDS]: the seconds of the checkpoint's epoch become these, or go.
stored() {
    /usr/bin/python3 - "$@" <<'END'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8 : 8 + size])
header["__metadata__"].pop("seconds")
if len(sys.argv) > 2:
    header["__metadata__"]["seconds"] = sys.argv[2]
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
open(sys.argv[1], "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size :])
END
}

# resumed: prints the seconds of the first epoch that ends after it was resumed.
resumed() {
    lines=$(wc -l <slow.csv)
    # shellcheck disable=SC2086
    "$TRAINER" $long -o slow.safetensors --resume >slow.log 2>&1 &
    job=$!
    until [ "$(wc -l <slow.csv)" -gt "$lines" ]; do
        kill -0 "$job" 2>/dev/null || { cat slow.log >&2; return 1; }
        sleep 0.02
    done
    kill -INT "$job"
    wait "$job"
    sed -n "$((lines + 1))p" slow.csv | cut -d, -f 7
}

# A checkpoint of an earlier version has no seconds.
test_seconds_of_a_resumed_epoch_go_on() {
    begun slow || return 1
    kill -INT "$job"
    wait "$job"
    stored slow.checkpoint 1000 && resumed >seconds && awk '{ exit !($1 >= 1000) }' seconds &&
        stored slow.checkpoint && resumed >seconds && awk '{ exit !($1 < 1000) }' seconds
}

run test_interrupt_ends_with_130
run test_sigterm_ends_with_143
run test_sighup_ends_with_129
run test_ignored_sighup_stays_ignored
run test_second_signal_ends_at_once
run test_best_weights_are_whole_at_any_moment
run test_second_trainer_is_told_of_the_first
run test_lock_of_a_killed_trainer_is_free
run test_changed_music_is_named
run test_seconds_of_a_resumed_epoch_go_on
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
