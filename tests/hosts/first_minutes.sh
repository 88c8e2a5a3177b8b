#!/bin/sh
# first_minutes.sh FOLDER: the first five minutes of plugin/README.md in Ardour 7, on an X11 server
# without a screen. Ardour's own session tool inserts the plugin, loads the preset and draws the
# automation; the rest is done with the mouse in the session that is then opened. Leaves
# FOLDER/first-automate.png, first-preset.png and first-capture.png.
# shellcheck source=tests/hosts/common.sh
folder=$(mkdir -p "${1:?usage: first_minutes.sh FOLDER}" && cd "$1" && pwd) || exit 1
. "$(dirname "$0")/common.sh"
needs ardour7-lua ardour Xvfb openbox xdotool import >&2

# Ardour asks a new user nothing, and plays without a sound card.
mkdir -p "$HOME/.config/ardour7" && : >"$HOME/.config/ardour7/.a7"
cat >"$HOME/.config/ardour7/config" <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<Ardour><Config>
<Option name="hide-dummy-backend" value="0"/><Option name="try-autostart-engine" value="1"/>
<Option name="check-announcements" value="0"/>
</Config><Extra><AudioMIDISetup><EngineStates>
<State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device=""
 output-device="" sample-rate="48000" buffer-size="1024" n-periods="2" input-latency="0"
 output-latency="0" lm-input="" lm-output="" active="1" use-buffered-io="0"
 midi-option="No MIDI I/O" lru="1700000000"><MIDIDevices/></State>
</EngineStates></AudioMIDISetup></Extra></Ardour>
END

session() { timeout -k 5 60 ardour7-lua "$here/session.lua" "$work/five" session "$@" >&2; }
session new track Band 2 save &&
    /usr/bin/python3 -B "$here/add_clip.py" "$work/five" session "$clip" Band &&
    session insert Band urn:trasluz:stereo preset urn:trasluz:preset:against-the-light \
        curve Noise 0:0,2:0,5:1,8:1,9:0,16:0 curve Blend 0:0,9.5:0,12:1,15:1,16:0 save || exit 1

# The server's number is the first that is free.
Xvfb -displayfd 3 -screen 0 1280x960x24 -noreset 3>"$work/display" >/dev/null 2>&1 &
started=$!
while [ ! -s "$work/display" ]; do sleep 0.1; done
DISPLAY=:$(cat "$work/display")
export DISPLAY
openbox >/dev/null 2>&1 &
started="$started $!"

open_ardour() {
    ardour -n "$work/five/session.ardour" </dev/null >"$work/log" 2>&1 &
    ardour=$!
    started="$started $ardour"
    timeout 120 xdotool search --sync --onlyvisible --name '^\*?session - Ardour$' >/dev/null &&
        sleep 6
}
# shellcheck disable=SC2086 # options of the click are words
# click X Y [BUTTON [SECONDS]]: on Ardour's main window, which is laid out in one way.
click() { xdotool mousemove "$1" "$2" && sleep 0.4 && xdotool click ${3:-1} && sleep "${4:-1}"; }
# find_window NAME: the window of that name, once it is seen, as $window.
find_window() {
    window=$(timeout 60 xdotool search --sync --onlyvisible --name "$1" | head -n 1)
    sleep 3
}
# inside X Y [CLICKS]: clicks on $window.
inside() {
    xdotool mousemove --window "$window" "$1" "$2" && sleep 0.4 &&
        xdotool click --repeat "${3:-1}" --delay 80 1 && sleep 1
}
# The tip of what the pointer rests on is not to be seen.
window_picture() {
    xdotool mousemove 1200 940
    sleep 1
    import -window "$window" "$folder/first-$1.png"
}

open_ardour || exit 1
click 40 364
xdotool key shift+e # the mixer strip of the track that was clicked
sleep 2
click 273 390 # A, Show Existing Automation
click 361 430
click 158 64 # plays
sleep 1
xdotool mousemove 1000 800
import -window root -crop 1280x560+0+0 +repage "$folder/first-automate.png"

# The plugin's window, below the buttons of the main one; the song begins again.
click 62 218 "--repeat 2 --delay 80 1"
find_window '^Band: Trasluz' || exit 1
xdotool windowmove "$window" 0 300
click 62 64
click 158 64
sleep 5
window_picture preset
# Capture, and off again: what it recorded is the reference.
inside 535 565
sleep 2
inside 535 565
sleep 1
window_picture capture
