# shellcheck shell=sh
# common.sh, read by the tests beside it: a folder for all that a host writes, and how tests are
# reported. TRASLUZ_LV2 names the folder that holds trasluz.lv2.
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${TRASLUZ_LV2:?names the folder that holds trasluz.lv2}"

# check NAME COMMAND…: the test passes if the command does. What it says goes to standard error.
check() {
    test=$1
    shift
    if "$@" >&2; then echo "ok $test"; else echo "FAIL $test"; fi
}

# needs PROGRAM…: without them nothing can be tested.
needs() {
    for program in "$@"; do
        command -v "$program" >/dev/null && continue
        echo "$program is not installed" >&2
        echo "FAIL host_is_installed"
        exit 1
    done
    echo "ok host_is_installed"
}

audio() { /usr/bin/python3 -B "$here/audio.py" "$@"; }

work=$(mktemp -d)
started= # processes to be ended
clean_up() {
    if [ -n "$started" ]; then
        # shellcheck disable=SC2086
        kill $started 2>/dev/null
        # shellcheck disable=SC2086
        (sleep 5; kill -9 $started 2>/dev/null) &
        # shellcheck disable=SC2086
        wait $started
        kill $! 2>/dev/null
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

mkdir -m 700 "$work/home" "$work/run" "$work/lv2"
# A copy of the bundle: nobody rebuilds it meanwhile, and tests may move its files.
cp -r "$TRASLUZ_LV2/trasluz.lv2" "$work/lv2" || exit 1
export HOME="$work/home" XDG_RUNTIME_DIR="$work/run" LV2_PATH="$work/lv2:/usr/lib/lv2" \
    LC_ALL=C.UTF-8 LANG=C.UTF-8
export JACK_NO_START_SERVER=1 JACK_NO_AUDIO_RESERVATION=1
unset DISPLAY XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME

clip=$work/clip.wav
needs sox /usr/bin/python3 >&2 && sox "$here/../clip.flac" -D "$clip" || exit 1
