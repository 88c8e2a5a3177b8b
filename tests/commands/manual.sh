#!/bin/sh
# The man page: it says what the commands' --help says, and the programs that show it have nothing
# to complain of. See fixture.sh.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
page=$folder/trainer.1
"$here/../trainer/manual.sh" "$TRAINER" >"$page" || exit 1

# Each command and each option is there, at the beginning of a line, whatever its help looks like.
test_manual_has_every_command_and_option() {
    groff -man -Tutf8 -P-c -P-b -P-u -rLL=300n "$page" | sed 's/‐/-/g; s/−/-/g' >text || return 1
    for command in $("$TRAINER" --help | awk '/^  [a-z]/ { print $1 }'); do
        grep -q "^   $command$" text || { echo "    no $command" >&2; return 1; }
        sed -n "/^   $command\$/,/^   [a-z]/p" text >section
        grep -q "trainer $command" section && grep -q Example section || return 1
        for option in $("$TRAINER" "$command" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' |
            grep -oE -e '--[a-z0-9-]+'); do
            grep -qE "^ +(-[a-zA-Z], )?$option( |\$)" section ||
                { echo "    no $command $option" >&2; return 1; }
        done
    done
}

test_mandoc_and_groff_are_content() {
    mandoc -Tlint -W warning "$page" >lint && [ ! -s lint ] &&
        groff -man -ww -Tutf8 "$page" 2>complaints >/dev/null && [ ! -s complaints ] && return 0
    cat lint complaints >&2
    return 1
}

run test_manual_has_every_command_and_option
run test_mandoc_and_groff_are_content
exit $failed
