# shellcheck shell=sh
# fixture.sh: shared by tests of the trainer's commands. Source it first: then the current folder is
# empty and temporary, and has a home and a cache; $here is the folder of the tests, $TRAINER the
# program. End with `exit $failed`.

: "${TRAINER:?the path of the built trainer}"
suite=$(basename "$0" .sh)
# shellcheck disable=SC2034 # by the test that sources this, as `failed` is
here=$(cd "$(dirname "$0")/.." && pwd) || exit 1
case $TRAINER in /*) ;; *) TRAINER=$PWD/$TRAINER ;; esac
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export HOME="$folder" XDG_CACHE_HOME="$folder/cache"
failed=0

# run TEST: prints "ok name" or "FAIL name".
run() {
    if "$1"; then
        echo "ok $suite.$1"
    else
        echo "FAIL $suite.$1"
        # shellcheck disable=SC2034
        failed=1
    fi
}

# refused STATUS PATTERN ARGUMENT…: the trainer ends with that status, prints nothing, and writes
# one line with the pattern to standard error; within a minute: what it accepts may have no end.
refused() {
    wanted=$1 pattern=$2
    shift 2
    timeout 60 "$TRAINER" "$@" >out 2>err </dev/null
    status=$?
    if [ "$status" -ne "$wanted" ] || [ -s out ] || [ "$(wc -l <err)" -ne 1 ] ||
        ! grep -q -e "$pattern" err; then
        echo "    trainer $*: status $status, not $wanted, or not '$pattern':" >&2
        sed 's/^/    /' err >&2
        return 1
    fi
}

# without_gnuplot ARGUMENT…: runs the trainer with a PATH without programs.
without_gnuplot() {
    PATH=$folder/nowhere "$TRAINER" "$@"
}
