#!/bin/sh
# listen.sh: the page that plays a piece while a model learns: it has what `trainer reconstruct`
# makes, is whole at any moment, and changes nothing of the training. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# Eight soft pieces of 7 to 14 s: AU, 8 bits, one channel, 8000 Hz. Loud ones are all made softer.
mkdir music
for i in 7 8 9 10 11 12 13 14; do
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\002'
        printf '\000\000\037\100\000\000\000\001'
        awk -v n="$((i * 8000))" -v i="$i" \
            'BEGIN { for (k = 0; k < n; k++) printf "%c", 33 + (k * i + int(k / 3000) * k) % 20 }'
    } >"music/$i.au"
done
tiny='spectrum256h64b24f80:16k1s1p0,6k1s1p0+linear'
train() { "$TRAINER" train music --arch "$tiny" --rate 8000 --batch 2 "$@"; }

# takes PAGE: writes the page's sounds to take0.flac and so on.
takes() {
    /usr/bin/python3 -c '
import base64, re, sys
sounds = re.findall("<audio controls src=\"data:audio/flac;base64,([^\"]+)\"",
                    open(sys.argv[1]).read())
assert len(sounds) == 4
for i, sound in enumerate(sounds):
    open("take%d.flac" % i, "wb").write(base64.b64decode(sound))' "$1"
}

# same_sound A B [TOLERANCE]: the same samples; FLAC of the page is rounded to 24 bits.
same_sound() {
    sox "$1" -t f32 -c 1 a.raw && sox "$2" -t f32 -c 1 b.raw && /usr/bin/python3 -c '
import sys, numpy
a, b = (numpy.fromfile(name, "f4") for name in ("a.raw", "b.raw"))
assert len(a) == len(b), (len(a), len(b))
assert abs(a).max() > 0.01 and abs(a - b).max() <= 1e-7, abs(a - b).max()'
}

test_the_page_plays_what_reconstruct_makes() {
    train -o m.safetensors --steps 60 >log && grep -q 'open m.html in a browser' log &&
        [ "$(tail -n 1 m.html)" = '</html>' ] && takes m.html &&
        ! same_sound take0.flac take1.flac 2>/dev/null || return 1
    # The middle six seconds of a validation piece.
    piece=$(sed -n 's/.*>piece<.*class="v">\(.*\)<.td>.*/\1/p' m.html)
    sox "music/$piece" -t f32 cut.raw trim "$(((${piece%.au} - 6) * 4000))s" 48000s &&
        sox -t f32 -r 8000 -c 1 cut.raw -e float cut.wav && same_sound take0.flac cut.wav || return 1
    sed -n 's/.*>trainer \(reconstruct .*\)<.td>.*/\1/p' m.html >calls
    [ "$(wc -l <calls)" -eq 3 ] || return 1
    i=1
    while read -r call; do
        # shellcheck disable=SC2086
        set -- $call
        shift 5 # reconstruct m.safetensors SONG -o heard.wav
        "$TRAINER" reconstruct m.safetensors take0.flac -o "made$i.wav" "$@" >/dev/null &&
            same_sound "take$i.flac" "made$i.wav" || return 1
        i=$((i + 1))
    done <calls
}

test_the_training_is_the_same_without_it() {
    mkdir with without
    (cd with && "$TRAINER" train ../music -o m.safetensors --arch "$tiny" --rate 8000 \
        --steps 60 >/dev/null) &&
        (cd without && "$TRAINER" train ../music -o m.safetensors --arch "$tiny" --rate 8000 \
            --steps 60 --no-page >log) &&
        cmp with/m.safetensors without/m.safetensors && [ -s with/m.html ] &&
        [ ! -e without/m.html ] && ! grep -q html without/log
}

# A killed training has a whole page; it is renewed when the training is resumed.
test_the_page_is_whole_at_any_moment() {
    "$TRAINER" train music --run run --arch "$tiny" --rate 8000 --batch 2 --steps 4000 \
        --learning-rate 1e-4 >/dev/null 2>&1 &
    killed=$!
    until grep -q '^3,' run/weights.csv 2>/dev/null || ! kill -0 "$killed" 2>/dev/null; do
        sleep 0.01
    done
    kill -KILL "$killed" 2>/dev/null
    wait "$killed"
    [ -e run/weights.checkpoint ] && [ "$(tail -n 1 run/weights.html)" = '</html>' ] &&
        grep -q 'best weights so far' run/weights.html && takes run/weights.html || return 1
    train --run run --steps 4000 --learning-rate 1e-4 --resume >/dev/null &&
        grep -q 'has stopped' run/weights.html && takes run/weights.html
}

test_other_pages_are_not_replaced() {
    echo '<!doctype html>mine' >p.html
    # shellcheck disable=SC2086
    refused 2 'p.html exists and is not the page of a training' train music -o p.safetensors \
        --arch "$tiny" --rate 8000 --steps 2 &&
        train -o p.safetensors --steps 2 --no-page >/dev/null && grep -q mine p.html &&
        train -o m.safetensors --steps 2 --force >/dev/null
}

# A model that the plugin cannot play is trained nevertheless.
test_models_without_a_page() {
    "$TRAINER" train music -o big.safetensors --arch 64k1s1p0 --rate 8000 \
        --window 256 --epoch-windows 1 --epochs 1 >log &&
        grep -q '^no page to hear the model by: ' log && [ ! -e big.html ] &&
        [ -s big.safetensors ]
}

run test_the_page_plays_what_reconstruct_makes
run test_the_training_is_the_same_without_it
run test_the_page_is_whole_at_any_moment
run test_other_pages_are_not_replaced
run test_models_without_a_page
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
