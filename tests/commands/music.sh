#!/bin/sh
# New music from the outside: `trainer compare` and `trainer generate`. See fixture.sh.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
models=$here/../presets/models
model=$models/normal.safetensors

is_png() {
    [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
}

mkdir -p songs/reggae songs/jazz
sox -n -r 22050 -c 1 -b 16 songs/reggae/a.wav synth 2 pluck E2 pluck B2 gain -6
sox -n -r 48000 -c 2 -b 16 songs/reggae/b.flac synth 2.5 pluck A2 sine 440 gain -9
sox -n -r 44100 -c 2 -b 16 songs/jazz/a.flac synth 1.5 pluck C3 pluck G3 gain -6
sox -n -r 8000 -c 1 -b 16 songs/jazz/a.wav synth 1 square 220 gain -12

test_compare_leaves_sounds_pictures_and_table() {
    "$TRAINER" compare "$model" songs -o compared >out 2>err && [ ! -s err ] &&
        [ "$(find compared -name "*.wav" -o -name "*.png" | wc -l)" -eq 12 ] &&
            grep -q 'mean of 4 clips' out || return 1
    for name in reggae-a reggae-b jazz-a jazz-a-2; do
        is_png "compared/$name.png" && [ "$(soxi -V1 -r "compared/$name.wav")" -eq 22050 ] &&
            [ "$(soxi -V1 -c "compared/$name.wav")" -eq 1 ] || return 1
    done
    [ "$(soxi -V1 -s compared/reggae-b.wav)" -eq 55125 ]
}

# As long as the decoded sound, and sample by sample what was compared: of a file of one channel at
# the model's rate, the file.
test_compare_writes_the_originals() {
    for name in reggae-a reggae-b jazz-a jazz-a-2; do
        [ "$(soxi -V1 -s "compared/$name.original.wav")" = "$(soxi -V1 -s "compared/$name.wav")" ] &&
            [ "$(soxi -V1 -r "compared/$name.original.wav")" -eq 22050 ] || return 1
    done
    sox compared/reggae-a.original.wav -t f32 original.raw && sox songs/reggae/a.wav -t f32 song.raw &&
        cmp original.raw song.raw && ! cmp -s compared/reggae-a.wav compared/reggae-a.original.wav &&
        [ "$(soxi -V1 -t plain/jazz-a.original.ogg)" = vorbis ]
}

# The name of one clip is that of the original of another.
test_compare_keeps_originals_apart() {
    mkdir -p alike && cp songs/jazz/a.wav alike/x.wav &&
        cp songs/reggae/a.wav alike/x.original.wav &&
        "$TRAINER" compare "$model" alike -o apart --no-pictures >/dev/null &&
        [ "$(find apart -name '*.wav' | wc -l)" -eq 4 ]
}

# Of another call: refused, or replaced as a whole. Files of other people stay.
test_compare_does_not_mix_with_another_call() {
    "$TRAINER" compare "$model" songs/reggae -o mixed --no-pictures >/dev/null &&
        echo mine >mixed/notes.txt && cp -r mixed before || return 1
    refused 1 'mixed has results of another call .*--force' compare "$model" songs/jazz -o mixed         --no-pictures && diff -r before mixed &&
        refused 1 'is also an input' compare "$model" mixed/a.wav -o mixed --no-pictures --force &&
        refused 1 'choose another folder' cluster none -o mixed &&
        refused 1 'choose another folder' classify none -o mixed --force &&
        refused 1 'choose another folder' train songs --run mixed --force &&
        echo 'epochs = 1' >one.sweep &&
        refused 1 'choose another folder' sweep one.sweep songs -o mixed --no-pictures &&
        diff -r before mixed || return 1
    "$TRAINER" compare "$model" songs/reggae -o mixed --no-pictures -t 1 >/dev/null &&
        diff -r before mixed &&
        "$TRAINER" compare "$model" songs/jazz -o mixed --no-pictures --force --format flac             >/dev/null && [ "$(cat mixed/notes.txt)" = mine ] &&
        [ "$(find mixed -name '*.wav' | wc -l)" -eq 0 ] &&
        [ "$(find mixed -name '*.flac' | wc -l)" -eq 4 ]
}

# What an earlier version wrote has no record of its files.
test_compare_does_not_mix_with_an_earlier_version() {
    mkdir old && cp compared/compare.csv compared/jazz-a.wav old && cp -r old before-old &&
        refused 1 'old has results of an earlier version.*another folder' compare "$model" songs \
            -o old --no-pictures --force && diff -r before-old old
}

# Its figures are those of eval, and its sound that of encode and decode.
test_compare_is_eval_and_decode() {
    "$TRAINER" eval "$model" songs --split all --tsv 2>/dev/null | tr '\t' ',' |
        cmp - compared/compare.csv &&
        "$TRAINER" encode "$model" songs/reggae/b.flac -o b.latent >/dev/null &&
        "$TRAINER" decode "$model" b.latent -o b.wav >/dev/null && cmp b.wav compared/reggae-b.wav
}

test_compare_is_the_same_on_any_threads() {
    "$TRAINER" compare "$model" songs -o one -t 1 >/dev/null &&
        "$TRAINER" compare "$model" songs -o three -t 3 >/dev/null &&
        diff -r one three && diff -r one compared
}

test_compare_without_gnuplot() {
    without_gnuplot compare "$model" songs -o plain --no-pictures --format ogg >/dev/null 2>err &&
        [ ! -s err ] &&
        [ "$(find plain -name "*.ogg" | wc -l)" -eq 8 ] &&
            cmp plain/compare.csv compared/compare.csv || return 1
    without_gnuplot compare "$model" songs -o never >out 2>err
    [ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q gnuplot-nox err && [ ! -e never ]
}

test_compare_refuses() {
    cp songs/jazz/a.wav kept.wav
    refused 1 'a.wav is also an input' compare "$model" songs/jazz/a.wav -o songs/jazz &&
        cmp kept.wav songs/jazz/a.wav &&
        refused 2 '--output FOLDER is needed' compare "$model" songs &&
            refused 2 "--format: must be wav, w64, flac or ogg, not 'mp3'" compare "$model" songs \
            -o x --format mp3 &&
        refused 2 'music must be given' compare "$model" -o x &&
            refused 1 'none: No such file' compare "$model" none -o x &&
        [ ! -e x ]
}

# A part as it is: encode and decode; all that is written belongs together.
test_generate_of_one_part_is_decode() {
    "$TRAINER" generate "$model" songs/reggae/b.flac -o one.wav >out 2>err && [ ! -s err ] &&
        cmp one.wav b.wav &&
        is_png one.png && grep -q '"kind": "generation"' one.json &&
            "$TRAINER" decode "$model" one.safetensors -o again.wav >/dev/null &&
        cmp again.wav one.wav
}

test_generate_changes_as_decode_does() {
    "$TRAINER" generate "$model" songs/reggae/b.flac -o bent.wav --noise 0.3 --offset=-0.1 \
        --absolute --seed 7 --blend 0.5 \
        --reference songs/reggae/a.wav --no-pictures >out &&
            grep -q 'SNR to the unchanged sound' out && [ ! -e bent.png ] &&
        "$TRAINER" encode "$model" songs/reggae/a.wav -o a.latent >/dev/null &&
        "$TRAINER" decode "$model" b.latent -o decoded.wav --noise 0.3 --offset=-0.1 \
            --absolute --seed 7 --blend 0.5 \
            --reference a.latent >/dev/null && cmp decoded.wav bent.wav || return 1
    "$TRAINER" decode "$model" bent.safetensors -o again.wav --force >/dev/null &&
        cmp again.wav bent.wav
}

# Noise that is ten times as strong is 20 dB more; the command says so.
test_generate_prints_the_difference() {
    for noise in 0.001 0.01; do
        "$TRAINER" generate "$model" songs/reggae/a.wav -o noise.wav --noise "$noise" \
            --no-pictures |
            sed 's/.*sound \(.*\) dB/\1/'
    done | awk '{ snr[NR] = $1 } END { d = snr[1] - snr[2]; exit !(NR == 2 && d > 18 && d < 22) }'
}

test_generate_averages() {
    "$TRAINER" generate "$model" songs/jazz/a.flac songs/jazz/a.flac@0- --average -o same.wav \
        --no-pictures >/dev/null &&
        "$TRAINER" generate "$model" songs/jazz/a.flac@0- -o single.wav --no-pictures >/dev/null &&
            cmp same.wav single.wav &&
        "$TRAINER" generate "$model" songs --average --first 3 -o first.wav --no-pictures >out &&
            grep -q 'average of 3 parts, 1 s' out &&
        grep -q 'a.flac' first.json && ! grep -q 'b.flac' first.json &&
        "$TRAINER" generate "$model" songs --average --loop -o looped.wav --no-pictures >out &&
            grep -q 'average of 4 parts, 2.5 s' out
}

test_generate_concatenates() {
    "$TRAINER" generate "$model" songs/reggae/a.wav@-50% songs/reggae/b.flac@0.5-1.5 \
        --concatenate -o remix.ogg >out &&
        grep -q 'concatenation of 2 parts, 2 s' out && is_png remix.png &&
        "$TRAINER" generate "$model" songs/reggae/a.wav@-50% songs/reggae/b.flac@0.5-1.5 \
            --concatenate --fade 0.25 \
            -o faded.wav --no-pictures >out && grep -q 'parts, 1.75 s' out &&
        "$TRAINER" generate "$model" songs/reggae/b.flac@0-0.96 songs/reggae/b.flac@0.96-100% \
            --concatenate -o whole.flac \
            --no-pictures >/dev/null && "$TRAINER" generate "$model" songs/reggae/b.flac@0- \
                -o uncut.flac --no-pictures >/dev/null &&
        cmp whole.flac uncut.flac
}

# 0.31747 s are sample 7000 and 1.2345 s are sample 27221 at 22050 Hz; 7 samples are no whole frame.
test_positions_are_exact_to_the_sample() {
    whole=songs/reggae/a.wav
    sox "$whole" cut.wav trim 7000s =27221s && sox "$whole" late.wav trim 7s || return 1
    "$TRAINER" reconstruct "$model" "$whole@0.31747-1.2345" -o part.wav --noise 0:0,0.5:1 \
        >/dev/null && "$TRAINER" reconstruct "$model" cut.wav -o want.wav --noise 0:0,0.5:1 \
            >/dev/null && cmp part.wav want.wav &&
        [ "$(soxi -V1 -s part.wav)" -eq 20221 ] || return 1
    "$TRAINER" encode "$model" "$whole@0.000318" -o part.latent >/dev/null &&
        "$TRAINER" encode "$model" late.wav -o want.latent >/dev/null &&
        "$TRAINER" decode "$model" part.latent -o part.wav --force >/dev/null &&
        "$TRAINER" decode "$model" want.latent -o want.wav --force >/dev/null &&
        cmp part.wav want.wav || return 1
    "$TRAINER" generate "$model" "$whole@0.31747-1.2345" -o exact.wav --no-pictures >/dev/null &&
        [ "$(soxi -V1 -s exact.wav)" -eq 20221 ] &&
        "$TRAINER" generate "$model" "$whole@25%-0:01" "$whole@0:01-75.01%" --concatenate \
            -o exact.wav --force --no-pictures >/dev/null &&
        [ "$(soxi -V1 -s exact.wav)" -eq 22054 ] &&
        "$TRAINER" reconstruct "$model" "$whole" -o part.wav --force --blend 0.5 --reference \
            "$whole@0.000318" >/dev/null && "$TRAINER" reconstruct "$model" "$whole" -o want.wav \
            --force --blend 0.5 --reference late.wav >/dev/null && cmp part.wav want.wav
}

test_generate_refuses() {
    cp b.latent kept.safetensors && cp kept.safetensors b.safetensors
    refused 2 'exclude each other' generate "$model" a b -o x.wav --average --concatenate &&
        refused 2 'loop needs --average' generate "$model" a -o x.wav --loop &&
        refused 2 'fade needs --concatenate' generate "$model" a -o x.wav --fade 1 &&
        refused 2 '--output FILE is needed' generate "$model" a &&
        refused 1 'need --average or --concatenate' generate "$model" songs -o x.wav &&
        refused 1 '--first 9: only 4 parts were found' generate "$model" songs --first 9 \
            --average -o x.wav &&
        refused 1 'a part must be FILE@FROM-TO' generate "$model" songs/reggae/a.wav@1x -o x.wav &&
        refused 1 'the part contains nothing of its 2.* s' generate "$model" \
            songs/reggae/a.wav@1-0.5 -o x.wav &&
        refused 1 'too short to fade' generate "$model" songs --concatenate --fade 1 -o x.wav &&
        refused 2 'b.safetensors is also an input' generate "$model" b.safetensors -o b.wav \
            --no-pictures &&
        refused 1 'made by another model' generate "$models/chico.safetensors" b.safetensors \
            -o x.wav &&
        cmp b.safetensors kept.safetensors && [ ! -e x.wav ] && [ ! -e x.safetensors ]
}

# What was there before is nobody's to write over, but for what an earlier call of the same kind has
# left.
test_generate_overwrites_nothing_without_force() {
    part=songs/reggae/a.wav@0-0.2
    mkdir there && cp "$model" there/mine.safetensors && cp songs/jazz/a.wav there/song.wav &&
        echo picture >there/drawn.png &&
        echo '{"kind": "training"}' >there/run.json || return 1
    refused 1 'there/mine.safetensors exists; --force' generate "$model" "$part" \
        -o there/mine.wav &&
        refused 1 'there/song.wav exists' generate "$model" "$part" -o there/song.wav &&
        refused 1 'there/drawn.png exists' generate "$model" "$part" -o there/drawn.flac &&
        refused 1 'there/run.json exists and is not a record of this command' generate "$model" \
            "$part" -o there/run.wav &&
        cmp "$model" there/mine.safetensors && cmp songs/jazz/a.wav there/song.wav &&
            [ "$(find there -type f | wc -l)" -eq 4 ] ||
        return 1
    "$TRAINER" generate "$model" "$part" -o there/drawn.ogg --no-pictures >/dev/null &&
        [ "$(cat there/drawn.png)" = picture ] &&
        "$TRAINER" generate "$model" "$part" -o there/mine.wav --no-pictures --force >/dev/null &&
            ! cmp -s "$model" there/mine.safetensors &&
        cp there/mine.wav first.wav && "$TRAINER" generate "$model" "$part" -o there/mine.wav \
            --no-pictures --noise 1 >/dev/null &&
        ! cmp -s first.wav there/mine.wav
}

# Names may hold any bytes; é is of two in UTF-8, which must not be cut in the middle.
test_generate_of_any_name() {
    odd=$(printf 'caf\351.wav') && mkdir odd && cp songs/jazz/a.wav "odd/$odd" &&
        long=$(awk 'BEGIN { for (i = 0; i < 120; i++) printf "é" }').wav &&
            cp songs/jazz/a.wav "odd/$long" &&
        "$TRAINER" generate "$model" "odd/$odd" -o odd.wav --no-pictures >/dev/null 2>err &&
            [ ! -s err ] &&
        grep -q -F '"caf\\xe9.wav"' odd.json && "$TRAINER" generate "$model" "odd/$long@0-0.5" \
            -o long.wav --no-pictures >/dev/null &&
        grep -q -F "\"$long@0-0.5\"" long.json
}

# A clip's sound may have the name of another clip, or of what was never the trainer's.
test_compare_overwrites_nothing_without_force() {
    mkdir -p near out-there && cp songs/jazz/a.flac near/a.flac && cp songs/jazz/a.wav near/a.wav &&
        cp songs/jazz/a.wav out-there/a.wav || return 1
    refused 1 'near/a.wav is also an input' compare "$model" near -o near --no-pictures --force &&
        cmp songs/jazz/a.wav near/a.wav &&
        refused 1 'out-there/a.wav exists; --force' compare "$model" near -o out-there \
            --no-pictures &&
        cmp songs/jazz/a.wav out-there/a.wav && [ ! -e out-there/compare.csv ] || return 1
    "$TRAINER" compare "$model" near -o out-there --no-pictures --force >/dev/null &&
        ! cmp -s songs/jazz/a.wav out-there/a.wav &&
        "$TRAINER" compare "$model" near -o out-there --no-pictures >/dev/null
}

run test_compare_leaves_sounds_pictures_and_table
run test_compare_is_eval_and_decode
run test_compare_keeps_originals_apart
run test_compare_does_not_mix_with_another_call
run test_compare_does_not_mix_with_an_earlier_version
run test_compare_is_the_same_on_any_threads
run test_compare_without_gnuplot
run test_compare_writes_the_originals
run test_compare_refuses
run test_generate_of_one_part_is_decode
run test_generate_changes_as_decode_does
run test_generate_prints_the_difference
run test_generate_averages
run test_generate_concatenates
run test_positions_are_exact_to_the_sample
run test_generate_refuses
run test_generate_overwrites_nothing_without_force
run test_generate_of_any_name
run test_compare_overwrites_nothing_without_force
exit $failed
