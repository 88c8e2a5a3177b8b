#!/bin/sh
# predict.sh: `trainer predict`: new songs and parts of them, the accuracy beside them; what `info`
# says of sets and classifiers; positions in minutes. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# tone FOLDER NAME STEP SAMPLES: mu-law at 22050 Hz, a saw tooth whose step tells the genre.
tone() {
    mkdir -p "$1"
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        awk -v step="$3" -v n="$4" \
            'BEGIN { for (i = 0; i < n; i++) printf "%c", 33 + (i * step) % 90 }'
    } >"$1/$2.au"
}
for i in $(seq 30); do
    tone music/high "$i" $((30 + i % 3)) $((11025 + i))
    tone music/low "$i" $((1 + i % 3)) $((11025 + i))
done
tone new high 31 40000
tone new low 2 40000
cat new/low.au >new/both.au # first low, then high
tail -c +25 new/high.au >>new/both.au
"$TRAINER" train music -o small.safetensors --arch 4k8s4p2 --window 2048 --epochs 3 \
    --epoch-windows 400 >/dev/null 2>&1
"$TRAINER" latents small.safetensors music -o set.safetensors -w 8000 >/dev/null 2>&1
"$TRAINER" classify set.safetensors -o classified --epochs 25 --batch 4 --width 16 --no-pictures >/dev/null 2>&1
classifier=classified/classifier.safetensors

test_new_songs_have_their_genre_with_probabilities() {
    "$TRAINER" predict "$classifier" new/high.au new/low.au --model small.safetensors >out 2>err ||
        { cat err >&2; return 1; }
    grep -Eq '/high.au: high [5-9][0-9.]* %, low [0-9.]* %$|/high.au: high 100.0 %' out &&
        grep -Eq '/low.au: low [5-9][0-9.]* %, high|/low.au: low 100.0 %' out
}

# The percentages of a song are its whole.
test_probabilities_add_up() {
    awk '/new/ { if ($3 + $6 < 99.8 || $3 + $6 > 100.2) bad = 1; n++ } END { exit bad || n != 2 }' out
}

test_accuracy_is_beside_them() {
    want=$(awk -F , '$1 == "test" { printf "%.1f", 100 * $4 }' classified/summary.csv)
    grep -q "^accuracy on test clips: $want %" out
}

# Among other files: in the current folder, above the classifier, beside it; or it is asked for.
test_the_model_is_found() {
    call="predict $classifier new/high.au new/low.au"
    # shellcheck disable=SC2086
    "$TRAINER" $call >found && cmp out found || return 1
    mkdir -p away/there && cp -r classified "$here/../presets/models/normal.safetensors" away/there/ &&
        cd away || return 1
    refused 1 'the model of its latents (fingerprint [0-9a-f]*) is neither' predict \
        "there/$classifier" ../new/low.au && cp ../small.safetensors there/ &&
        "$TRAINER" predict "there/$classifier" ../new/low.au >found && grep -q low found &&
        mv there/small.safetensors there/classified/ &&
        "$TRAINER" predict "there/$classifier" ../new/low.au >found && grep -q low found
    status=$?
    cd ..
    return "$status"
}

test_parts_of_a_song_are_classified() {
    "$TRAINER" predict "$classifier" 'new/both.au@0%-50%' 'new/both.au@0:01.82' --model small.safetensors \
        >out 2>err || { cat err >&2; return 1; }
    sed -n 1p out | grep -q ': low' && sed -n 2p out | grep -q ': high'
}

test_it_is_the_same_on_any_threads() {
    "$TRAINER" predict "$classifier" new/both.au --model small.safetensors -t 1 >one &&
        "$TRAINER" predict "$classifier" new/both.au --model small.safetensors -t 3 >three &&
        cmp one three
}

test_what_does_not_fit_is_refused() {
    "$TRAINER" train music -o other.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 --seed 9 \
        >/dev/null 2>&1
    refused 1 'belongs to the latents of another model' predict "$classifier" new/low.au --model \
        other.safetensors && refused 1 'small.safetensors' predict small.safetensors new/low.au --model \
        small.safetensors && refused 1 'gone.au' predict "$classifier" gone.au --model small.safetensors
}

test_info_knows_sets_and_classifiers() {
    "$TRAINER" info set.safetensors >out && grep -q '^clips *60: ' out &&
        grep -q '^genres *2: high, low$' out && grep -q '4 channels, 2000 frames' out &&
        "$TRAINER" info "$classifier" >out && grep -q '^genres *\["high","low"\]' out &&
        grep -q '^validation' out
}

# frames PART: of a joined latent.
frames() {
    "$TRAINER" generate small.safetensors "$1" --concatenate -o part.wav --force >/dev/null 2>err ||
        { cat err >&2; return 1; }
    "$TRAINER" info part.safetensors | awk '$1 == "size" { print $4 }'
}

test_positions_are_read_in_minutes_seconds_and_percent() {
    [ "$(frames new/both.au@0:01-0:02)" = "$(frames new/both.au@1-2)" ] &&
        [ "$(frames new/both.au@0:00:01.5-0:02)" = "$(frames new/both.au@1.5-2)" ] &&
        [ "$(frames new/both.au@50%)" = "$(frames new/both.au@50%-100%)" ] &&
        refused 1 'must be FILE@FROM-TO' generate small.safetensors new/both.au@1:75-2 \
            --concatenate -o x.wav
}

run test_new_songs_have_their_genre_with_probabilities
run test_probabilities_add_up
run test_accuracy_is_beside_them
run test_the_model_is_found
run test_parts_of_a_song_are_classified
run test_it_is_the_same_on_any_threads
run test_what_does_not_fit_is_refused
run test_info_knows_sets_and_classifiers
run test_positions_are_read_in_minutes_seconds_and_percent
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
