#!/bin/sh
# The man page: it says what the commands' --help says, and the programs that show it have nothing to complain of. $TRAINER
# is the program; prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

: "${TRAINER:?the path of the built trainer}"
cd "$(dirname "$0")/../trainer" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# run TEST
run() {
    if "$1"; then
        echo "ok manual.$1"
    else
        echo "FAIL manual.$1"
        failed=1
    fi
}

test_manual_is_of_this_trainer() {
    ./manual.sh "$TRAINER" | diff trainer.1 - >"$work/diff" ||
        { echo "    run: make manual" >&2; head -5 "$work/diff" >&2; return 1; }
}

# Whatever manual.sh makes of a help: each command and each option is there, at the beginning of a line.
test_manual_has_every_command_and_option() {
    groff -man -Tutf8 -P-c -P-b -P-u -rLL=300n trainer.1 | sed 's/‐/-/g; s/−/-/g' >"$work/page" || return 1
    for command in $("$TRAINER" --help | awk '/^  [a-z]/ { print $1 }'); do
        grep -q "^   $command$" "$work/page" || { echo "    no $command" >&2; return 1; }
        sed -n "/^   $command\$/,/^   [a-z]/p" "$work/page" >"$work/section"
        grep -q "trainer $command" "$work/section" && grep -q Example "$work/section" || return 1
        for option in $("$TRAINER" "$command" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE -e '--[a-z0-9-]+'); do
            grep -qE "^ +(-[a-zA-Z], )?$option( |\$)" "$work/section" || { echo "    no $command $option" >&2; return 1; }
        done
    done
}

test_mandoc_and_groff_are_content() {
    mandoc -Tlint -W warning trainer.1 >"$work/lint" && [ ! -s "$work/lint" ] &&
        groff -man -ww -Tutf8 trainer.1 2>"$work/groff" >/dev/null && [ ! -s "$work/groff" ] && return 0
    cat "$work/lint" "$work/groff" >&2
    return 1
}

run test_manual_is_of_this_trainer
run test_manual_has_every_command_and_option
run test_mandoc_and_groff_are_content
exit $failed
