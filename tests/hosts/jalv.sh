#!/bin/sh
# jalv.sh: the plugin in jalv, on a JACK server of its own without a sound card: presets and
# controls by jalv's commands, level and latency of what it plays.
# shellcheck source=tests/hosts/common.sh
. "$(dirname "$0")/common.sh"
needs jackd jalv jack_wait stdbuf

# ---- jalv ----

JACK_DEFAULT_SERVER=trasluz-$$
export JACK_DEFAULT_SERVER
start_jack() {
    jackd --no-realtime --name "$JACK_DEFAULT_SERVER" -d dummy --rate 48000 --period 2048 \
        </dev/null >"$work/jackd.log" 2>&1 &
    jackd=$!
    started=$jackd
    timeout 20 jack_wait --wait --timeout 15 >"$work/waited" 2>&1 ||
        { cat "$work/waited" "$work/jackd.log" >&2; return 1; }
}

# start_jalv URI OPTION…: jalv's console is file descriptor 3; what it says is in $work/said and
# $work/complained.
start_jalv() {
    rm -f "$work/console" "$work/complained"
    mkfifo "$work/console"
    uri=$1
    shift
    stdbuf -oL jalv -p -n plugin "$@" "$uri" <"$work/console" >"$work/said" 2>>"$work/complained" &
    jalv=$!
    started="$jalv $jackd"
    exec 3>"$work/console"
    heard=0
    soon says '^seed = '
}
# jalv leaves when its console closes.
stop_jalv() {
    exec 3>&-
    soon gone "$jalv" && started=$jackd && wait "$jalv"
}
gone() { ! kill -0 "$1" 2>/dev/null; }

# soon COMMAND…: the command succeeds within thirty seconds.
soon() {
    for _ in $(seq 600); do
        "$@" && return 0
        sleep 0.05
    done
    echo "in vain: $*" >&2
    tail -n 30 "$work/said" "$work/complained" >&2
    return 1
}

# tell COMMAND: to jalv's console. says PATTERN: jalv said so since.
tell() {
    heard=$(wc -c <"$work/said")
    echo "$*" >&3
}
says() { tail -c +$((heard + 1)) "$work/said" | sed 's/^> //' | grep -qE "$1"; }

# control SYMBOL VALUE: as jalv prints it.
control() { printf '%s = %f' "$1" "$2"; }
set_control() { tell set "$1" "$2" && soon says "^$(control "$1" "$2")\$"; }
controls_are() { # the controls' lines
    tell controls
    soon says '^trasluz_reference = ' || return 1
    printf '%s\n' "$1" | while read -r line; do says "^$line\$" ||
        { echo "not so: $line" >&2; return 1; }; done
}

# play OUT [OPTION…]: the clip through the plugin, to $work/OUT.wav; options of jack_play.py.
play() {
    out=$work/$1.wav
    shift
    # shellcheck disable=SC2086
    timeout 60 /usr/bin/python3 -B "$here/jack_play.py" "$@" "$clip" "$out" plugin $ports \
        >"$work/played"
}
latency() { sed -n 's/^latency //p' "$work/played"; } # as told to JACK

# ---- Presets ----

# The bundle's presets by their URIs; the control lines of one.
presets() { sed -n 's/^<\(urn:trasluz:preset:.*\)>$/\1/p' "$work/lv2/trasluz.lv2/presets.ttl"; }
preset_controls() {
    sed -n "\|^<$1>\$|,\|state:state|p" "$work/lv2/trasluz.lv2/presets.ttl" |
        sed -n 's/.*lv2:symbol "\([a-z_]*\)" ; pset:value \([-0-9.]*\) .*/\1 \2/p' |
        while read -r symbol value; do control "$symbol" "$value" && echo; done
}
lists_presets() {
    [ -n "$(presets)" ] && tell presets && for preset in $(presets); do soon says "^$preset " ||
        return 1; done
}

# The files are loaded without a complaint, while the plugin runs. (jalv does nothing, and says
# nothing, where it has not listed its presets before.)
# A control of the preset before may do nothing with the model of this one: jalv loses its controls.
loads_preset() {
    : >"$work/complained"
    tell preset "$1" && soon says '^trasluz_reference = ' && sleep 0.5 &&
        ! grep -qv 'no effect with this model' "$work/complained" && return 0
    cat "$work/complained" >&2
    return 1
}
# jalv's console loses a preset's controls where a plugin declares state:threadSafeRestore (it takes
# them for messages of a window that it has not: drobilla/jalv issue 62), so they are set one by
# one.
sets_controls_of() {
    preset_controls "$1" >"$work/wanted"
    while read -r symbol _ value; do set_control "$symbol" "$value" ||
        return 1; done <"$work/wanted"
    # jalv does not list what is not for a window: the port that only older sessions use.
    controls_are "$(grep -v '^smear = ' "$work/wanted")"
}

# The larger model is closer to what it heard.
preset_changes_model() {
    for size in normal chico; do
        preset=urn:trasluz:preset:clean-$size
        loads_preset "$preset" && sets_controls_of "$preset" && play $size || return 1
    done
    audio closer "$work/normal.wav" "$work/chico.wav" "$clip" "$(latency)" 3
}

sounds_like_input() { play preset && audio level "$work/preset.wav" "$clip" -3 3; }

all_presets() {
    check jalv_lists_presets lists_presets
    check jalv_preset_changes_model preset_changes_model
    for preset in $(presets); do
        name=$(echo "${preset##*:}" | tr - _)
        check "jalv_loads_$name" loads_preset "$preset"
        check "jalv_sets_controls_of_$name" sets_controls_of "$preset"
        check "jalv_level_of_$name" sounds_like_input
    done
}

# ---- Controls, latency, time ----

# With all of the input's detail and nothing done to the latent the plugin is transparent.
is_delayed_by_its_latency() {
    set_control detail 1 && set_control noise 0 && play dry && [ "$(latency)" -gt 0 ] &&
        audio delayed "$work/dry.wav" "$clip" "$(latency)"
}
gain_is_what_it_says() {
    set_control gain -6 && play quiet && set_control gain 0 &&
        audio level "$work/quiet.wav" "$work/dry.wav" -6.1 -5.9
}
# Middle C holds Freeze from its sample on, within a cycle of 2048 samples, whose start is 200704.
# At detail 1 what comes before is the delayed input.
note_is_heard_at_its_sample() {
    play plain && play held --midi midi 202000:144:60,300000:128:60 &&
        audio parts "$work/held.wav" "$work/plain.wav" 202000 203500
}
# plays_evenly CLIENT PORT…: without an xrun in three seconds, in one of five tries. Status 1: with
# xruns in each; 2: it cannot play.
plays_evenly() {
    for attempt in 1 2 3 4 5; do
        /usr/bin/python3 -B "$here/jack_play.py" --live 3 "$clip" none "$@" >"$work/played" ||
            return 2
        grep -qx 'xruns 0' "$work/played" && return 0
        echo "$1: $(cat "$work/played") (attempt $attempt)" >&2
    done
    return 1
}
# Where there are xruns without the plugin as well, the machine is too busy to tell.
causes_no_xruns() {
    # shellcheck disable=SC2086
    plays_evenly plugin $ports
    with=$?
    [ $with -eq 1 ] || return $with
    stop_jalv || return 1
    plays_evenly system playback_1 -- capture_1
    without=$?
    start_jalv "urn:trasluz:$kind" && [ $without -eq 1 ]
}

check jack_starts start_jack
for kind in mono stereo; do
    case $kind in mono) ports="in -- out" ;; stereo) \
        ports="in_left in_right -- out_left out_right" ;; esac
    check jalv_${kind}_starts start_jalv urn:trasluz:$kind -c noise=0.25
    check jalv_${kind}_takes_controls controls_are "$(control noise 0.25)"
    check jalv_${kind}_latency is_delayed_by_its_latency
    check jalv_${kind}_gain gain_is_what_it_says
    check jalv_${kind}_hears_a_note_at_its_sample note_is_heard_at_its_sample
    [ $kind = mono ] || all_presets
    check jalv_${kind}_causes_no_xruns causes_no_xruns
    check jalv_${kind}_ends stop_jalv
done
