#!/bin/sh
# ardour.sh: the plugin in Ardour 7, without a screen: sessions are made, automated, saved, reopened
# and exported by Ardour's own session tools, and what they export is measured.
# shellcheck source=tests/hosts/common.sh
. "$(dirname "$0")/common.sh"
needs ardour7-lua ardour7-export

curve=0:0,3:0,9:1,11:1,13:0,16:0 # of the noise: seconds and sigmas

# On a busy machine one export in seventy is 16 samples early: as many as the resamplers of Ardour's
# ports delay. Of some hundred exports without these resamplers none was.
mkdir -p "$HOME/.config/ardour7"
cat >"$HOME/.config/ardour7/config" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<Ardour><Config><Option name="port-resampler-quality" value="0"/></Config></Ardour>
XML

# shows PATTERN…: Ardour's last run showed such lines.
shows() {
    for pattern in "$@"; do grep -qx "$pattern" "$work/log" ||
        { echo "not shown: $pattern"; cat "$work/log"; return 1; }; done >&2
}

# Ardour's tools corrupt their own memory now and then, or wait for themselves, most of all after an
# export, with our plugin in the session or none at all. What ends by a signal or not at all, and
# has not said that it is done, is repeated, with the session as it was before. steady SESSION
# PATTERN COMMAND…
steady() {
    session=$work/$1 pattern=$2
    shift 2
    for run in 1 2 3 4; do
        rm -rf "$session.before"
        [ ! -d "$session" ] || cp -r "$session" "$session.before"
        timeout --foreground -k 5 30 "$@" </dev/null >"$work/log" 2>&1
        status=$?
        [ "$status" -lt 124 ] && break
        grep -qx "$pattern" "$work/log" && break
        echo "Ardour broke down, status $status (run $run)" >&2
        rm -rf "$session"
        [ ! -d "$session.before" ] || mv "$session.before" "$session"
    done
    shows "$pattern"
}

# session NAME COMMAND…: see session.lua.
session() {
    name=$1
    shift
    steady "$name" "done" ardour7-lua "$here/session.lua" "$work/$name" session "$@"
}

# export_session NAME OUT: opens the session, as saved, and exports it as $work/OUT.wav.
export_session() {
    rm -f "$work/$2.wav"
    steady "$1" '.*\* Done\..*' ardour7-export -b float -o "$work/$2.wav" "$work/$1" session
}

# make_session NAME CHANNELS TRACK…: a new session, with the clip on each track.
make_session() {
    name=$1 channels=$2
    shift 2
    tracks=
    for track in "$@"; do tracks="$tracks track $track $channels"; done
    # shellcheck disable=SC2086
    session "$name" new $tracks save && /usr/bin/python3 -B "$here/add_clip.py" "$work/$name" \
        session "$clip" "$@"
}

# ---- A track in stereo: preset, automation, saving, reopening ----

# The controls are put elsewhere first: a preset must bring them back. The automatic gain would bend
# the noise's curve.
make_music() {
    make_session music 2 track &&
        session music insert track urn:trasluz:stereo set Noise 1.5 set "Output gain" 6 preset \
            urn:trasluz:preset:clean-chico show \
            set "Automatic gain" 0 set "Noise character" 0 save
}
preset_is_loaded() {
    shows "control Noise 0" "control Output gain 0" "control Wet/Dry 1" && names_model music chico
}
# names_model SESSION MODEL: the session, as saved last, names this model.
names_model() {
    state=$(sed -n 's/.* state-dir="\([^"]*\)".*/\1/p' "$work/$1/session.ardour")
    set -- "$2" "$work/$1"/plugins/*/"$state"/state.ttl
    grep -q "<$1.safetensors>" "$2" || { cat "$2" >&2; return 1; }
}
automate() {
    cp -r "$work/music" "$work/automated" && session automated plugin track curve Noise $curve save
}
noise_follows_curve() {
    export_session music clean && export_session automated noisy &&
        audio noise "$work/clean.wav" "$work/noisy.wav" $curve
}
# The port that older sessions automate is hidden, but plays.
hidden_smear_plays() {
    cp -r "$work/music" "$work/smeared" &&
        session smeared plugin track curve "Smear seconds" 0:0,2:0.02,16:0.02 save &&
        export_session smeared smeared && ! audio same "$work/smeared.wav" "$work/clean.wav"
}
export_equals() { # SESSION OUT
    export_session "$1" again && audio same "$work/again.wav" "$work/$2.wav"
}
reopen_and_save() { session "$1" plugin track show save; }

stereo() {
    check ardour_stereo_loads make_music
    check ardour_loads_preset preset_is_loaded
    check ardour_automates automate
    check ardour_noise_follows_curve noise_follows_curve
    check ardour_plays_automation_of_hidden_smear hidden_smear_plays
    check ardour_exports_are_bit_identical export_equals automated noisy
    check ardour_reopens reopen_and_save automated
    check ardour_reopened_session_is_bit_identical export_equals automated noisy
}

# ---- A track with the plugin against the same one without, its phase turned around ----

null_test() { # SESSION CHANNELS URI
    make_session "$1" "$2" track dry && export_session "$1" twice &&
        session "$1" insert track "$3" set Detail 0 show invert dry save &&
            shows "uri $3" 'latency [1-9][0-9]*' && export_session "$1" heard
}
is_heard() { audio level "$work/heard.wav" "$work/twice.wav" -40 0; }
cancels() {
    session "$1" plugin track set Detail 1 save && export_session "$1" null &&
        audio level "$work/null.wav" "$work/twice.wav" -999 -120
}

latency() {
    for channels in 1 2; do
        case $channels in 1) kind=mono ;; 2) kind=stereo ;; esac
        check "ardour_${kind}_plays_beside_dry_track" null_test "null_$kind" $channels \
            "urn:trasluz:$kind"
        check "ardour_${kind}_is_heard" is_heard
        check "ardour_${kind}_latency_is_compensated" cancels "null_$kind"
    done
}

# ---- Files that are moved away ----

# A preset of the user's own, on a model of the user's own.
make_preset() {
    mkdir "$work/user" "$work/lv2/user.lv2" && cp "$work/lv2/trasluz.lv2/models/chico.safetensors" \
        "$work/user/mine.safetensors" &&
        cat >"$work/lv2/user.lv2/manifest.ttl" <<TTL
@prefix lv2:   <http://lv2plug.in/ns/lv2core#> .
@prefix pset:  <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs:  <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
<urn:user:preset>
    a pset:Preset ;
    lv2:appliesTo <urn:trasluz:stereo> ;
    rdfs:label "Mine" ;
    state:state [ <urn:trasluz:model> <file://$work/user/mine.safetensors> ] .
TTL
}
make_moved() { # NAME PRESET
    make_session "$1" 2 track && session "$1" insert track urn:trasluz:stereo preset "$2" set \
        Noise 0.3 save && export_session "$1" "$1-there"
}
move_away() { mv "$1" "$1.away"; }
bring_back() { mv "$1.away" "$1"; }

# The sound may change while the file is away; its name must not, even if the session is saved
# meanwhile.
names_that_stay() {
    model=$work/user/mine.safetensors
    check ardour_session_with_own_model make_moved own urn:user:preset
    move_away "$model"
    check ardour_opens_session_without_its_model reopen_and_save own
    check ardour_moved_model_stays_named names_model own mine
    bring_back "$model"
    check ardour_model_that_came_back_is_bit_identical export_equals own own-there
}

# The weights travel in the session's state: it sounds the same without the files, also when saved
# again.
weights_that_travel() {
    for model in user/mine lv2/trasluz.lv2/models/chico; do
        case $model in user/mine) kind=own preset=urn:user:preset ;; *) kind=shipped \
            preset=urn:trasluz:preset:clean-chico ;; esac
        check "ardour_session_with_${kind}_model_to_be_moved" make_moved "travel_$kind" "$preset"
        move_away "$work/$model.safetensors"
        check "ardour_moved_${kind}_model_is_bit_identical" export_equals "travel_$kind" \
            "travel_$kind-there"
        check "ardour_saves_session_without_${kind}_model" reopen_and_save "travel_$kind"
        check "ardour_moved_${kind}_model_saved_again_is_bit_identical" export_equals \
            "travel_$kind" "travel_$kind-there"
        check "ardour_moved_${kind}_model_stays_named" names_model "travel_$kind" \
            "$(basename "$model")"
        bring_back "$work/$model.safetensors"
    done
}

# ---- MIDI ----

# A note from a MIDI track, by the plugin's side chain: middle C holds Freeze from its sample on. At
# detail 1 what comes before is the delayed input.
make_notes() {
    make_session played 2 track && session played insert track urn:trasluz:stereo keys keys save &&
        export_session played plain && "$here/add_notes.py" "$work/played" session keys 60 201600 \
        300000 && export_notes
}
# On a busy machine Ardour now and then exports without the notes: it sends none to the plugin.
export_notes() {
    for attempt in 1 2 3 4 5; do
        export_session played held || return 1
        audio same "$work/held.wav" "$work/plain.wav" 2>/dev/null || return 0
        echo "Ardour sent no notes (attempt $attempt)" >&2
    done
}
midi() {
    check ardour_sends_notes make_notes
    check ardour_note_is_heard_at_its_sample audio parts "$work/held.wav" "$work/plain.wav" 201600 \
        203100
}

# ---- Exports of an open session ----

# The plugin follows the host's transport: a session that has been open for a while exports the same
# audio as one just opened.
make_bounces() {
    mkdir "$HOME/.config/ardour7/export"
    cat >"$HOME/.config/ardour7/export/float.preset" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<ExportPreset id="7ca51000-0000-4000-8000-000000000000" name="float">
  <ExportFormat id="20b4ab09-6452-4cb3-bd66-b921cdbd2942"/>
</ExportPreset>
XML
    # Each from an Ardour of its own: two exports in one break it down too often.
    session own plugin track show export "$work" open1 &&
        session own plugin track show show export "$work" open2
}
open_sessions() {
    check ardour_exports_from_open_session make_bounces
    check ardour_open_sessions_are_bit_identical audio same "$work/open1.wav" "$work/open2.wav"
    check ardour_reopened_session_equals_open_one export_equals own open1
}

make_preset
stereo
latency
names_that_stay
weights_that_travel
midi
open_sessions
