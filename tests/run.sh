#!/bin/sh
# run.sh COMMAND…: runs each test command, shows the lines "ok name" and "FAIL name" they print, counts them, and ends with
# "N passed, N failed". A command that ends badly without having said so counts as one failed test. A command's messages
# are shown where it failed.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
for command in "$@"; do
    printf '%s\n' "== $command"
    start=$(date +%s)
    timeout 1200 sh -c "$command" >"$work/out" 2>"$work/err"
    status=$?
    grep -E '^(ok|FAIL) ' "$work/out"
    good=$(grep -c '^ok ' "$work/out")
    bad=$(grep -c '^FAIL ' "$work/out")
    if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then
        echo "FAIL $command (exit status $status, $good tests done)"
        bad=1
    fi
    [ "$bad" -eq 0 ] || { cat "$work/err"; grep -vE '^(ok|FAIL) ' "$work/out"; }
    passed=$((passed + good)) failed=$((failed + bad))
    echo "   $(($(date +%s) - start)) s"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
