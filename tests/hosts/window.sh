#!/bin/sh
# window.sh: the plugin's window in two of jalv's programs, which embed it by GTK 3 and by Qt 5, on
# an X11 server without a screen and a JACK server without a sound card. With the word "pictures"
# and a folder it leaves the pictures there, to be looked at.
# shellcheck source=tests/hosts/common.sh
. "$(dirname "$0")/common.sh"
needs jackd jack_wait jalv.gtk3 jalv.qt5 Xvfb xwininfo xdotool import compare
pictures=${2:-$work/pictures}
mkdir -p "$pictures"

start_x() {
    Xvfb -displayfd 9 -screen 0 1400x900x24 -noreset -nolisten tcp 9>"$work/display" \
        >"$work/xvfb.log" 2>&1 &
    started="$! $started"
    soon test -s "$work/display" && DISPLAY=:$(cat "$work/display") && export DISPLAY
}
JACK_DEFAULT_SERVER=trasluz-window-$$
export JACK_DEFAULT_SERVER
start_jack() {
    jackd --no-realtime --name "$JACK_DEFAULT_SERVER" -d dummy --rate 48000 --period 2048 \
        </dev/null >"$work/jackd.log" 2>&1 &
    started="$! $started"
    timeout 20 jack_wait --wait --timeout 15 >"$work/waited" 2>&1 ||
        { cat "$work/waited" "$work/jackd.log" >&2; return 1; }
}

# soon COMMAND…: the command succeeds within thirty seconds.
soon() {
    for _ in $(seq 300); do
        "$@" && return 0
        sleep 0.1
    done
    echo "in vain: $*" >&2
    tail -n 20 "$work/said" "$work/complained" >&2
    return 1
}

# open_window PROGRAM OPTION…: what window and plugin tell each other is in $work/said.
open_window() {
    program=$1
    shift
    stdbuf -oL "$program" -d -t "$@" urn:trasluz:stereo >"$work/said" 2>"$work/complained" &
    jalv=$!
    kept=$started
    started="$jalv $started"
    soon is_open
}
# Sets `window` to the number of ours, which lies in one of the host's.
is_open() {
    window=$(xwininfo -root -tree 2>/dev/null | sed -n 's/^ *\(0x[0-9a-f]*\) "Trasluz": .*/\1/p')
    [ -n "$window" ]
}
close_window() {
    kill "$jalv" && wait "$jalv"
    started=$kept
    ! is_open
}
has_size() { xwininfo -id "$window" | grep -q 'Width: 900' &&
    xwininfo -id "$window" | grep -q 'Height: 560'; }

# The window is driven by the host's idle calls alone: it asks for views each second.
asks_again() { [ "$(grep -c 'a <urn:trasluz:listen>' "$work/said")" -ge 3 ]; }
views_come() { [ "$(grep -c 'a <urn:trasluz:view>' "$work/said")" -ge 30 ]; }

# picture BOX OUT: what the window shows there. other, same BOX BEFORE: it differs from the picture
# BEFORE in a hundred pixels and more, or does not.
picture() { rm -f "$2" && import -window "$window" -crop "$1" "$2" 2>>"$work/complained"; }
other() { [ "$(differing "$@")" -ge 100 ] 2>>"$work/complained"; }
same() { [ "$(differing "$@")" -lt 100 ] 2>>"$work/complained"; }
differing() { picture "$1" "$work/now.png" && compare -metric AE "$2" "$work/now.png" null: 2>&1; }

# The characters of the noise are dim while the plugin's port Noise is 0: the plugin says so in its
# views. So a wheel that is turned above the dial comes to the port, and is answered.
dial=100x110+18+388
characters=106x84+120+406
away() { xdotool mousemove 1350 850; }
wheel() { xdotool mousemove --window "$window" 68 440 && xdotool click "$1"; }
wheel_moves_the_port() {
    picture $characters "$work/dim.png"
    wheel 4 && soon other $characters "$work/dim.png" || return 1
    import -window root "$pictures/$name.png"
    wheel 5 && soon same $characters "$work/dim.png" && away && sleep 1
}

check window_display_starts start_x
check window_jack_starts start_jack
for program in jalv.gtk3 jalv.qt5; do
    name=$(echo $program | tr . _)
    check "${name}_opens_the_window" open_window $program
    check "${name}_window_has_its_size" soon has_size
    if [ $program = jalv.gtk3 ]; then # jalv.qt5 takes no options
        check "${name}_drives_the_window" soon asks_again
        check "${name}_brings_views" soon views_come
    fi
    check "${name}_wheel_moves_the_port" wheel_moves_the_port
    picture $dial "$work/dial.png"
    check "${name}_closes_the_window" close_window
    check "${name}_opens_it_again" open_window $program -c noise=1
    [ $program = jalv.qt5 ] ||
        check "${name}_draws_the_value_of_a_port" soon other $dial "$work/dial.png"
    check "${name}_closes_it_again" close_window
done
