#!/bin/sh
# `trainer check`, and what a training prints before it begins. Prints "ok name" or "FAIL name" for
# each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# noise FILE SEED [EFFECT…]: half a second of noise, the same for the same seed.
noise() {
    mkdir -p "$(dirname "$1")"
    LC_ALL=C awk -v seed="$2" \
        'BEGIN { srand(seed); for (i = 0; i < 11025; i++) printf "%c", 65 + rand() * 126 }' >raw
    file=$1
    shift 2
    sox -t raw -r 22050 -e unsigned -b 8 -c 1 raw -b 16 "$file" "$@"
}

for i in $(seq 30); do noise "music/high/$i.wav" "$i"; done
for i in $(seq 30); do noise "music/low/$i.wav" "10$i"; done
sox music/high/7.wav music/low/copy.flac
noise music/tiny/1.wav 201 rate 44100
sox -V1 -D music/high/1.wav music/tiny/cancel.wav remix 1 1i
sox -V1 -D music/high/2.wav music/tiny/loud.wav gain 30
sox -n -r 22050 music/tiny/silent.wav trim 0 2
sox music/high/3.wav music/tiny/half.wav pad 0 3
head -c 10000 music/high/4.wav >music/tiny/cut.wav
"$TRAINER" check music >out 2>err || exit 1

test_genres_and_split_are_counted() {
    [ ! -s err ] && grep -q '^67 clips, .* at 48000 Hz, 3 genres; [0-9]* for training' out &&
        grep -Eq '^ +30 +15 s +[0-9]+ +[0-9]+ +[0-9]+  high$' out &&
        grep -Eq '^ +31 +[0-9]+ s +[0-9]+ +[0-9]+ +[0-9]+  low$' out &&
        grep -q '^recorded at 22050 Hz (66), 44100 Hz (1); [0-9.]* % of the time silent' out
}

test_the_same_recording_twice_is_found() {
    grep -q '^  in two genres: high/7.wav = low/copy.flac$' out
}

test_damage_is_named() {
    grep -q '^  tiny/cut.wav: file is truncated: [0-9]* frames missing$' out
}

test_cancelling_channels_are_named() {
    grep -q '^  tiny/cancel.wav: its channels cancel each other: their mean is silence' out &&
        "$TRAINER" train music/high --arch 4k8s4p2 --window 2048 --epochs 1 -o m.safetensors \
            >/dev/null &&
        "$TRAINER" encode m.safetensors music/tiny/cancel.wav -o l.safetensors >/dev/null 2>note &&
        [ "$(wc -l <note)" -eq 1 ] && grep -q 'cancel.wav: its channels cancel each other' note
}

test_silence_and_clipping_are_named() {
    grep -A3 '^mostly silent:' out | grep -q 'tiny/half.wav' &&
        grep -A3 '^mostly silent:' out | grep -q '100 % of tiny/silent.wav' &&
        grep -A3 '^clipped:' out | grep -q 'tiny/loud.wav' &&
        [ "$(grep -A9 '^clipped:' out | grep -c ' % of ')" -eq 1 ]
}

test_small_genres_are_named() {
    mkdir -p few/a few/b
    for i in $(seq 12); do cp "music/high/$i.wav" few/a; done
    cp music/low/1.wav music/low/2.wav few/b
    "$TRAINER" check few >few.out && grep -q '^too small to split: b$' few.out
}

test_a_training_prints_the_summary() {
    "$TRAINER" train music --arch 4k8s4p2 --window 2048 --epochs 1 -o n.safetensors >trained &&
        grep -q 'recording.* there more than once' trained && grep -q '1 clip is clipped' trained &&
        grep -q 'tiny/cut.wav: file is truncated' trained
}

# Names of other times' encodings stay different, in tables, sets and pages.
test_names_of_any_bytes_stay_different() {
    one=$(printf 'caf\351.wav') two=$(printf 'caf\350.wav')
    mkdir names && cp music/high/8.wav "names/$one" && cp music/high/9.wav "names/$two" &&
        cp music/high/10.wav 'names/caf\xe9.wav' && "$TRAINER" eval m.safetensors names \
        --split all --tsv 2>notes >table && grep -qF 'caf\xe9.wav' table &&
        grep -qF 'caf\xe8.wav' table && grep -qF 'caf\x5cxe9.wav' table &&
        "$TRAINER" latents m.safetensors names -o s.safetensors >/dev/null &&
        grep -qF 'caf\\\\xe9.wav' s.safetensors && grep -qF 'caf\\\\xe8.wav' s.safetensors
}

test_what_cannot_be_read_says_what_to_do() {
    mkdir kinds && cp music/high/1.wav kinds/good.wav && printf '0000ftypM4A 00000000' >kinds/a.mp3 &&
        printf 'MThd00000000' >kinds/b.mid && printf '<html>no</html>' >kinds/c.ogg &&
        "$TRAINER" check kinds >kinds.out &&
        grep -q '^3 cannot be read:' kinds.out &&
        grep -q '^  a.mp3: AAC is not supported: convert it, for instance with ffmpeg$' kinds.out &&
        grep -q '^  b.mid: MIDI is not supported: it has notes' kinds.out &&
        grep -q '^  c.ogg: a web page is not supported: the download has failed' kinds.out
}

run test_genres_and_split_are_counted
run test_the_same_recording_twice_is_found
run test_damage_is_named
run test_cancelling_channels_are_named
run test_silence_and_clipping_are_named
run test_small_genres_are_named
run test_a_training_prints_the_summary
run test_names_of_any_bytes_stay_different
run test_what_cannot_be_read_says_what_to_do
# shellcheck disable=SC2154
exit "$failed"
