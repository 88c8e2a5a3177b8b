#!/bin/sh
# run.sh COMMAND…: runs each test command, prints its lines "ok name" and "FAIL name", counts them,
# and ends with "N passed, N failed". A command that fails without such a line counts as one failed
# test. The other output of a command is printed if it failed. $JOBS commands (1) run at a time; the
# output of each stays together.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run_command COMMAND FOLDER: what there is to show of it goes to FOLDER/shown, its tests to
# FOLDER/good and FOLDER/bad.
run_command() {
    start=$(date +%s)
    timeout 1200 sh -c "$1" >"$2/out" 2>"$2/err"
    status=$?
    grep '^ok ' "$2/out" >"$2/good"
    grep '^FAIL ' "$2/out" >"$2/bad"
    [ -s "$2/bad" ] || { [ "$status" -eq 0 ] && [ -s "$2/good" ]; } ||
        echo "FAIL $1 (exit status $status, $(wc -l <"$2/good") tests done)" >"$2/bad"
    {
        printf '%s\n' "== $1"
        cat "$2/good" "$2/bad"
        [ ! -s "$2/bad" ] || { cat "$2/err"; grep -vE '^(ok|FAIL) ' "$2/out"; }
        echo "   $(($(date +%s) - start)) s"
    } >"$2/shown"
    cat "$2/shown"
}

# One of the jobs: takes each command that no other has taken.
take_commands() {
    number=0
    for command in "$@"; do
        number=$((number + 1))
        mkdir "$work/$number" 2>/dev/null || continue
        run_command "$command" "$work/$number"
    done
}

job=1
while [ "$job" -lt "${JOBS:-1}" ]; do
    take_commands "$@" &
    job=$((job + 1))
done
take_commands "$@"
wait
passed=$(cat "$work"/*/good | wc -l)
failed=$(cat "$work"/*/bad | wc -l)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
