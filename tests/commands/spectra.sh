#!/bin/sh
# Models of spectra from the outside: trained, interrupted and resumed, measured, and their latents
# written; what cannot be done with them is refused. Prints "ok name" or "FAIL name" for each test.

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
        "$TRAINER" info whole/weights.safetensors >out && grep -q '^hop *64 samples' out
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

test_what_needs_samples_is_refused() {
    refused 2 'for models of samples' train music -o x --arch espectro --loss relative &&
        refused 2 'for models of spectra' train music -o x --arch normal --equaliser 3 &&
        refused 2 'for models of spectra' train music -o x --arch normal --init axes &&
        refused 1 'has no phases' decode whole/weights.safetensors latent.safetensors -o x.wav &&
        [ ! -e x.wav ] && [ ! -e x ]
}

run test_training_names_what_it_has_to_beat
run test_options_change_the_weights_on_any_threads
run test_interrupted_training_is_resumed_to_the_same_weights
run test_eval_prints_log_spectral_distances
run test_latents_have_levels
run test_what_needs_samples_is_refused
exit "$failed"
