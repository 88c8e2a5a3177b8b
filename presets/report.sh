#!/bin/sh
# report.sh [--short] GENRES OUT [SONG…]: the studies of the report that this project grew from,
# whole, on any music in the layout of GTZAN (a folder of clips for each genre), into the page
# OUT/report.html.
#
#   1 encoding     trainings of the architectures of figure 3, of three activations (figure 4), and of
#                  four sizes; a test clip decoded (figure 5)
#   2 latents      for each size a classifier of genres (figures 6 and 7), principal components and
#                  K-Means (figures 8 and 9)
#   3 new music    each SONG encoded and decoded; without one, the recordings in sources/
#   4 generation   averages of clips of a genre, half a clip joined to half of another genre's, noise
#
# An interrupted call goes on where it was when it is repeated. The settings are the report's, and take
# hours for a thousand clips; --short has trainings of three epochs with half a second at a time, and
# small classifiers. TRAINER names the program
# (trainer, or the one that was built here).
set -eu

fail() {
    echo "report.sh: $1" >&2
    exit 1
}

length=''
if [ "${1-}" = --short ]; then
    length=-short
    shift
fi
[ $# -ge 2 ] || fail 'usage: report.sh [--short] GENRES OUT [SONG…]'
here=$(cd "$(dirname "$0")" && pwd)
genres=$1 out=$2
shift 2
: "${TRAINER:=$(command -v trainer || echo "$here/../build/bin/trainer")}"
command -v "$TRAINER" >/dev/null ||
    fail "$TRAINER: no such program; build it with make, or name it in the variable TRAINER"
[ -d "$genres" ] || fail "$genres: no such folder of genres"
[ $# -gt 0 ] || set -- "$here"/sources/*.flac

# first_clip GENRE: prints the path of its first file.
first_clip() {
    find "$genres/$1" -maxdepth 1 -type f | LC_ALL=C sort | head -n 1
}

# The genres that music is made of: those of the report, or the first two.
genre=''
other=''
for folder in "$genres"/reggae "$genres"/country "$genres"/*/; do
    name=$(basename "$folder")
    if [ ! -d "$folder" ] || [ -z "$(first_clip "$name")" ]; then
        continue
    elif [ -z "$genre" ]; then
        genre=$name
    elif [ -z "$other" ] && [ "$name" != "$genre" ]; then
        other=$name
    fi
done
[ -n "$other" ] || fail "$genres: no folders with clips for two genres"

# What is there is gone on with, if it is of the same call.
call="$(cd "$genres" && pwd)$length"
mkdir -p "$out/done"
[ -e "$out/done/call" ] || echo "$call" >"$out/done/call"
[ "$(cat "$out/done/call")" = "$call" ] ||
    fail "$out: holds the studies of $(cat "$out/done/call"); name another folder"

# step NAME COMMAND…: runs the trainer's command, once.
step() {
    name=$1
    shift
    [ ! -e "$out/done/$name" ] || return 0
    echo "== $name"
    status=0
    "$TRAINER" "$@" || status=$?
    if [ $status -ne 0 ]; then
        echo "report.sh: stopped at $name; the same call goes on from there" >&2
        exit $status
    fi
    : >"$out/done/$name"
}

# ---- 1: encoding ----

for study in architectures activations sizes; do
    sweep=$study
    [ "$study" != architectures ] || sweep=figure3
    step "$study" sweep "$here/sweeps/$sweep$length.sweep" "$genres" -o "$out/1-$study"
done

# model SIZE: prints the path of its weights.
model() {
    echo "$out/1-sizes/$1/weights.safetensors"
}

clip=$("$TRAINER" eval "$(model normal)" "$genres" --tsv 2>/dev/null |
    awk -F '\t' '$1 == "clip" { print $2; exit }')
step decoded compare "$(model normal)" "$genres/$clip" -o "$out/1-decoded" --format ogg

# ---- 2: latents ----

for size in extra_chico chico normal grande; do
    latents=$out/$size-latents.safetensors
    step "$size-latents" latents "$(model "$size")" "$genres" -o "$latents"
    step "$size-classifier" classify "$latents" -o "$out/2-classifier-$size" --force \
        ${length:+--epochs 5 --width 16}
    step "$size-clusters" cluster "$latents" -o "$out/2-clusters-$size"
done

# ---- 3: new music ----

step new-music compare "$(model normal)" "$@" -o "$out/3-new-music" --format ogg

# ---- 4: generation ----

# made NAME PART… OPTION…: makes a sound of the name.
made() {
    name=$1
    shift
    step "$name" generate "$(model normal)" "$@" -o "$out/4-generation/$name.ogg"
}

mkdir -p "$out/4-generation"
count=$(find "$genres/$genre" -maxdepth 1 -type f | wc -l)
for first in 3 5 10 50 70; do
    [ "$first" -gt "$count" ] ||
        made "average-$first" "$genres/$genre" --average --first "$first"
done
made remix "$(first_clip "$other")@0%-50%" "$(first_clip "$genre")@50%-100%" --concatenate
for number in 0.01 0.05 0.1 0.5; do
    made "noise-$number" "$(first_clip "$genre")" --noise "$number" --absolute
    made "offset-$number" "$(first_clip "$genre")" --offset "$number" --absolute
done

# Sections in the report's order.
set --
for section in 1-architectures 1-activations 1-sizes 1-decoded \
    2-classifier-extra_chico 2-classifier-chico 2-classifier-normal 2-classifier-grande \
    2-clusters-extra_chico 2-clusters-chico 2-clusters-normal 2-clusters-grande \
    3-new-music 4-generation; do
    set -- "$@" "$out/$section"
done
"$TRAINER" report "$@" -o "$out/report.html" --title "Studies of $(basename "$genres")"
