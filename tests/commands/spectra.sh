#!/bin/sh
# Models of spectra from the outside: trained, interrupted and resumed, measured, and put through
# every other command; what cannot be done with them is refused. Prints "ok name" or "FAIL name" for
# each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# Eleven pieces of some seconds, for which any bytes will do: AU of 8-bit mu-law at 22050 Hz.
mkdir music
for i in 1 2 3 4 5 6 7 8 9 10 11; do
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        awk -v n="$((i * 3000 + 40000))" -v i="$i" \
            'BEGIN { for (k = 0; k < n; k++) printf "%c", 33 + (k * i + int(k / 3000) * k) % 90 }'
    } >"music/$i.au"
done

# train ARGUMENT…: of four epochs, at the rate of the music.
train() {
    "$TRAINER" train music --arch 'spectrum256h64b24f80:16k1s1p0,r8k3d1,6k1s1p0+linear' \
        --rate 22050 --window 6400 --epochs 4 --schedule cosine "$@"
}

test_training_names_what_it_has_to_beat() {
    train --run whole -t 1 >log && grep -q '^principal components of as many values: loss 0' log &&
        [ "$(grep -c '^epoch' log)" -eq 4 ] && grep -q '"channels": 16' whole/config.json &&
        "$TRAINER" info whole/weights.safetensors >out && grep -q '^hop *64 samples' out &&
        grep -q '^multiply-adds .* per second, and transforms that take as long as .* million' out
}

test_options_change_the_weights_on_any_threads() {
    train -o a.safetensors --equaliser 11 --raised-floor 26 --latent-noise 0.1 -t 1 >/dev/null &&
        train -o b.safetensors --equaliser 11 --raised-floor 26 --latent-noise 0.1 -t 3 \
            >/dev/null &&
        cmp -s a.csv b.csv -n 40 && "$TRAINER" info a.safetensors | grep '^fingerprint' >one &&
        "$TRAINER" info b.safetensors | grep '^fingerprint' >two && cmp one two &&
        "$TRAINER" info whole/weights.safetensors | grep '^fingerprint' >three && ! cmp -s one three
}

test_interrupted_training_is_resumed_to_the_same_weights() {
    train --run broken -t 2 >/dev/null 2>&1 &
    killed=$!
    until grep -q '^2,' broken/weights.csv 2>/dev/null || ! kill -0 "$killed" 2>/dev/null; do
        sleep 0.01
    done
    kill -INT "$killed" 2>/dev/null
    wait "$killed"
    if [ -e broken/weights.checkpoint ]; then
        train --run broken --resume -t 2 >/dev/null || return 1
    fi
    "$TRAINER" info broken/weights.safetensors | grep '^fingerprint' >one
    "$TRAINER" info whole/weights.safetensors | grep '^fingerprint' >two
    cmp one two
}

test_eval_prints_log_spectral_distances() {
    "$TRAINER" eval whole/weights.safetensors music --split all >out &&
        grep -q 'SNR dB *LSD dB *PCA.s dB *mel 2048 *mel 1024 *mel 512  clip' out &&
        "$TRAINER" eval whole/weights.safetensors music --split all --tsv -t 1 >one 2>/dev/null &&
        "$TRAINER" eval whole/weights.safetensors music --split all --tsv -t 3 >two 2>/dev/null &&
        cmp one two && [ "$(head -n 1 one | cut -f 8,9)" = "$(printf 'lsd_db\tpca_lsd_db')" ] &&
        awk -F'\t' '$1 == "mean" { exit !($8 > 0 && $9 > 0 && $6 == "nan") }' one
}

test_latents_have_levels() {
    "$TRAINER" encode whole/weights.safetensors music/3.au -o latent.safetensors >/dev/null &&
        grep -aq '"level"' latent.safetensors && "$TRAINER" info latent.safetensors >/dev/null &&
        "$TRAINER" latents whole/weights.safetensors music -o set.safetensors >out &&
        grep -q 'wrote set.safetensors: latents \[6,3447\] of 11 clips' out
}

test_decode_has_a_carrier() {
    "$TRAINER" decode whole/weights.safetensors latent.safetensors -o noise.wav >out &&
        grep -q '^wrote noise.wav: 2.222 s at 22050 Hz' out &&
        "$TRAINER" decode whole/weights.safetensors latent.safetensors -o other.wav --seed 1 \
            >/dev/null && ! cmp -s noise.wav other.wav &&
        "$TRAINER" decode whole/weights.safetensors latent.safetensors -o short.wav --carrier \
            music/1.au >out && grep -q '^wrote short.wav: 2.222 s' out &&
        ! cmp -s noise.wav short.wav &&
        refused 1 'none.wav: No such file' decode whole/weights.safetensors latent.safetensors \
            -o x.wav --carrier none.wav && [ ! -e x.wav ]
}

# Parts of a file keep the loudness of each frame: the end of the latent is that of the whole.
test_generate_has_a_carrier() {
    "$TRAINER" generate whole/weights.safetensors music/3.au@1-2 music/4.au --concatenate --fade \
        0.1 --noise 0:0,1:0.5 -o new.wav --no-pictures >out &&
        grep -q '"carrier": "noise"' new.json && grep -q '"noise": "0:0,1:0.5"' new.json &&
        "$TRAINER" generate whole/weights.safetensors music/3.au -o same.wav --no-pictures \
            --carrier music/3.au >/dev/null && grep -q '"carrier": "3.au"' same.json &&
        cmp same.safetensors latent.safetensors &&
        "$TRAINER" generate whole/weights.safetensors latent.safetensors@50%- -o half.wav \
            --no-pictures >/dev/null && tail -c 400 half.safetensors >one &&
        tail -c 400 latent.safetensors >two && cmp one two
}

test_compare_shows_spectra() {
    "$TRAINER" compare whole/weights.safetensors music/3.au music/4.au -o compared --no-pictures \
        >out && grep -q 'LSD dB' out && [ -s compared/3.wav ] && [ -s compared/compare.csv ]
}

test_sweep_trains_spectra() {
    {
        echo 'arch = spectrum256h64b24f80:6k1s1p0 spectrum256h64b24f80:8k1s1p0+linear'
        echo 'rate = 22050'
        echo 'window = 6400'
        echo 'epochs = 1'
    } >spectra.sweep
    "$TRAINER" sweep spectra.sweep music -o swept >/dev/null &&
        [ "$(wc -l <swept/sweep.csv)" -eq 3 ]
}

test_genres_are_studied() {
    mkdir -p genres/odd genres/even
    for i in 1 3 5 7 9; do ln -sf "../../music/$i.au" "genres/odd/odd.$i.au"; done
    for i in 2 4 6 8 10; do ln -sf "../../music/$i.au" "genres/even/even.$i.au"; done
    "$TRAINER" latents whole/weights.safetensors genres -o genres.safetensors -w 120000 \
        >/dev/null &&
        "$TRAINER" classify genres.safetensors -o classified --epochs 2 --width 4 --no-pictures \
            >/dev/null && [ -s classified/summary.csv ] &&
        "$TRAINER" cluster genres.safetensors -o clusters -k 2 --split all --pooled --no-pictures \
            >out && grep -q '^pooled' out && [ -s clusters/points_pooled.csv ]
}

test_report_shows_spectra() {
    "$TRAINER" report compared swept classified clusters -o report.html >/dev/null &&
        grep -q 'lsd db' report.html && grep -q 'points_pooled.csv' report.html &&
        grep -q 'spectrum256h64b24f80' report.html
}

test_automation_has_its_effect_in_its_time() {
    "$TRAINER" reconstruct whole/weights.safetensors music/3.au -o still.wav --detail 1 >out &&
        grep -q 'SNR -$' out &&
        "$TRAINER" reconstruct whole/weights.safetensors music/3.au -o moved.wav --detail 1 \
            --noise 0:0,1:0,1:2,1.5:2,1.5:0 --axis1 1:0,1.5:2,2:0 --freeze 1.1:1,1.3:0 >/dev/null &&
        head -c 80000 still.wav | tail -c 79000 >one &&
        head -c 80000 moved.wav | tail -c 79000 >two && cmp one two &&
        ! cmp -s still.wav moved.wav &&
        refused 2 'must be a number, or breakpoints' reconstruct whole/weights.safetensors \
            music/3.au -o x.wav --noise 0:0,1 &&
        refused 2 'order of time' reconstruct whole/weights.safetensors music/3.au -o x.wav \
            --noise 1:0,0:1 &&
        refused 2 'capture has no effect without' reconstruct whole/weights.safetensors \
            music/3.au -o x.wav --capture 0:1,1:0 && [ ! -e x.wav ]
}

test_what_needs_samples_is_refused() {
    refused 2 'for models of waveforms' train music -o x --arch espectro --loss relative &&
        refused 2 'for models of spectra' train music -o x --arch normal --equaliser 3 &&
        refused 2 'for models of spectra' train music -o x --arch normal --init axes &&
        [ ! -e x ]
}

test_what_needs_spectra_is_refused() {
    "$TRAINER" train music -o samples.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 \
        >/dev/null 2>&1 &&
        "$TRAINER" encode samples.safetensors music/3.au -o samples-latent.safetensors >/dev/null &&
        refused 1 'carrier is for models of spectra' decode samples.safetensors \
            samples-latent.safetensors -o x.wav --carrier music/3.au && [ ! -e x.wav ]
}

# noted WEIGHTS PATTERN OPTION…: says that the option does nothing with the model, and goes on.
noted() {
    weights=$1 pattern=$2
    shift 2
    "$TRAINER" reconstruct "$weights" music/3.au -o noted.wav --force "$@" >/dev/null 2>err &&
        grep -q "^note: $pattern" err && [ "$(wc -l <err)" -eq 1 ]
}

test_what_has_no_effect_is_noted() {
    waveforms='nothing: it is for models of waveforms'
    spectra='nothing: it is for models of spectra'
    noted samples.safetensors '--axis1 to --axis4 do nothing' --axis3 1 &&
        noted samples.safetensors '--match does nothing' --match 1 &&
        noted samples.safetensors "--freeze-kind sound does $spectra" --freeze-kind sound &&
        noted samples.safetensors "--dynamics does $spectra" --dynamics 1 --blend 1 \
            --reference music/4.au &&
        noted whole/weights.safetensors "--auto-gain does $waveforms" --auto-gain &&
        noted whole/weights.safetensors "--sounds-in-silence does $waveforms" --noise 1 \
            --sounds-in-silence &&
        "$TRAINER" reconstruct whole/weights.safetensors music/3.au -o noted.wav --force \
            --axis3 1 --match 1 --freeze-kind sound --freeze 0.5:1 >/dev/null 2>err && [ ! -s err ]
}

run test_training_names_what_it_has_to_beat
run test_options_change_the_weights_on_any_threads
run test_interrupted_training_is_resumed_to_the_same_weights
run test_eval_prints_log_spectral_distances
run test_latents_have_levels
run test_decode_has_a_carrier
run test_generate_has_a_carrier
run test_compare_shows_spectra
run test_sweep_trains_spectra
run test_genres_are_studied
run test_report_shows_spectra
run test_automation_has_its_effect_in_its_time
run test_what_needs_samples_is_refused
run test_what_needs_spectra_is_refused
run test_what_has_no_effect_is_noted
exit "$failed"
