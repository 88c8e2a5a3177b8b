#!/bin/sh
# edges.sh: calls at the edge: files that are none, limits, folders with other results, settings from
# outside. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# tone FILE STEP: a second of mu-law at 8000 Hz: a saw tooth.
tone() {
    mkdir -p "$(dirname "$1")"
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\037\100\000\000\000\001'
        awk -v step="$2" 'BEGIN { for (i = 0; i < 8000; i++) printf "%c", 33 + i * step % 90 }'
    } >"$1"
}

for i in 1 2 3 4 5 6 7 8 9 10; do
    tone "music/high/$i.au" $((30 + i))
    tone "music/low/$i.au" "$i"
done
small='--arch 4k8s4p2 --window 2048 --epochs 1 --split draw'
# shellcheck disable=SC2086
"$TRAINER" train music -o small.safetensors $small >/dev/null 2>&1
"$TRAINER" latents small.safetensors music -o set.safetensors -w 8000 >/dev/null 2>&1
"$TRAINER" encode small.safetensors music/low/1.au -o latent.safetensors >/dev/null 2>&1

test_unknown_kernels_are_refused() {
    TRASLUZ_KERNELS=foo refused 2 'TRASLUZ_KERNELS: must be scalar' info normal &&
        TRASLUZ_KERNELS=scalar "$TRAINER" info normal >/dev/null
}

test_a_sweep_without_settings_is_refused() {
    : >empty.sweep
    printf '# nothing\n\n' >comment.sweep
    refused 1 'empty.sweep: contains no settings' sweep empty.sweep music -o x &&
        refused 1 'comment.sweep: contains no settings' sweep comment.sweep music -o x && [ ! -e x ]
}

test_audio_is_no_latent_and_says_what_to_do() {
    refused 1 'music/low/1.au: this is audio; .* trainer encode' decode small.safetensors \
        music/low/1.au -o x.wav &&
        refused 1 'music/low/1.au: this is audio; .* trainer latents' cluster music/low/1.au -o x &&
        refused 1 'music/low/1.au: this is audio; .* trainer latents' classify music/low/1.au -o x
}

test_audio_is_no_weights_and_says_what_to_do() {
    audio=music/low/1.au
    for call in "eval $audio music" "encode $audio $audio -o x" "preset $audio -o x.lv2" \
        "decode $audio latent.safetensors -o x.wav" "generate $audio latent.safetensors -o x.wav" \
        "latents $audio music -o x" "reconstruct $audio $audio -o x.wav" \
        "train music --from $audio -o x" "predict other.safetensors $audio --model $audio"; do
        # shellcheck disable=SC2086
        refused 1 "$audio: this is audio; a weights file .* trainer train" $call || return 1
    done
    refused 1 "$audio: this is audio; .* trainer classify" predict "$audio" "$audio" &&
        refused 1 "$audio: this is audio; .* trainer classify" classify set.safetensors -o x \
            --weights "$audio" &&
        refused 1 "$audio: this is audio; .* trainer encode" preset small.safetensors "$audio" \
            -o x.lv2 &&
        refused 1 "$audio: this is audio; trainer check .* trainer encode" info "$audio" &&
        ! ls -d x* 2>/dev/null
}

# One of a folder is left out; one that is named is not.
test_generate_skips_what_it_cannot_read_in_a_folder() {
    cp -r music/low parts && head -c 3000 music/low/1.au | tail -c 2900 >parts/5.wav || return 1
    "$TRAINER" generate small.safetensors parts --average --no-pictures -o made.wav >out 2>err &&
        [ "$(wc -l <err)" -eq 1 ] && grep -q 'skipped: .*parts/5.wav: ' err &&
        grep -q 'average of 10 parts' out && ! grep -q '5.wav' made.json &&
        refused 1 'parts/5.wav: ' generate small.safetensors parts/1.au parts/5.wav --average \
            --no-pictures -o named.wav && mkdir bad && cp parts/5.wav bad &&
        refused 1 'bad/5.wav: ' generate small.safetensors bad --no-pictures -o named.wav
}

test_compare_shortens_long_names() {
    name=$(printf 'n%.0s' $(seq 140))
    mkdir -p "long/$name/$name" && cp music/low/1.au "long/$name/$name/one.au" &&
        cp music/low/2.au "long/$name/$name/two.au" &&
        "$TRAINER" compare small.safetensors long -o compared --no-pictures >/dev/null &&
        [ "$(find compared -name '*one.wav' -o -name '*two.wav' | wc -l)" -ge 2 ]
}

test_other_weights_do_not_mix_with_a_trained_classifier() {
    "$TRAINER" classify set.safetensors -o classifier -e 1 --width 2 --no-pictures >/dev/null &&
        cp classifier/classifier.safetensors other.safetensors &&
        cp -r classifier before &&
        refused 1 'choose another folder' classify set.safetensors -o classifier \
            --weights other.safetensors && diff -r before classifier &&
        "$TRAINER" classify set.safetensors -o beside --weights other.safetensors >/dev/null
}

# 128 MB for each thread; the trainer stops at once.
test_too_little_memory_is_an_error() {
    prlimit --as=200000000 timeout 60 "$TRAINER" train music -o tight.safetensors --steps 2 -t 2 \
        >out 2>err
    status=$?
    [ "$status" -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q 'memory' err &&
        [ ! -e tight.safetensors ]
}

test_sox_reads_wav_without_a_word() {
    "$TRAINER" decode small.safetensors latent.safetensors -o heard.wav >/dev/null &&
        sox heard.wav -n stat 2>&1 | grep -v '^[A-Z][A-Za-z ()]*: ' >said
    ! grep -q 'WARN' said
}

# The classifier as PyTorch saves it, with a BatchNorm's count of steps.
test_batchnorm_counts_are_accepted() {
    /usr/bin/python3 - classifier/classifier.safetensors counted.safetensors <<'END' &&
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header, values = json.loads(data[8 : 8 + size]), data[8 + size :]
header["__metadata__"].pop("checksum", None)
for block in range(1, 5):
    header[f"bn{block}.num_batches_tracked"] = {
        "dtype": "I64", "shape": [], "data_offsets": [len(values), len(values) + 8]}
    values += struct.pack("<q", 1000 * block)
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + values)
END
        "$TRAINER" classify set.safetensors -o counted --weights counted.safetensors >/dev/null &&
        cmp counted/predictions.csv classifier/predictions.csv
}

# A sweep with more runs than the one before resumes it.
test_two_sweeps_do_not_mix() {
    printf 'arch = 4k8s4p2 2k8s4p2\nwindow = 2048\nepochs = 1\nsplit = draw\n' >one.sweep
    sed 's/2k8s4p2/3k8s4p2/' one.sweep >two.sweep
    sed 's/epochs = 1/epochs = 2/' one.sweep >longer.sweep
    sed 's/2k8s4p2/2k8s4p2 3k8s4p2/' one.sweep >more.sweep
    set -- music -o swept --no-pictures
    "$TRAINER" sweep one.sweep "$@" >/dev/null && cp -r swept swept.before || return 1
    for file in two longer; do
        "$TRAINER" sweep "$file.sweep" "$@" >out 2>err && return 1
        [ "$(wc -l <err)" -eq 1 ] && grep -q 'name another --output, or let --force' err &&
            diff -r swept swept.before || return 1
    done
    "$TRAINER" sweep more.sweep "$@" >out && grep -q '^3 runs: 2 finished' out &&
        "$TRAINER" sweep two.sweep "$@" --force >out && grep -q '^2 runs: 0 finished' out &&
        [ "$(find swept -name weights.safetensors | wc -l)" -eq 2 ] && [ ! -e swept/2k8s4p2 ] &&
        [ "$(wc -l <swept/sweep.csv)" -eq 3 ] && [ ! -e swept/.trainer.lock ]
}

test_one_sweep_at_a_time() {
    printf 'arch = 4k8s4p2\nwindow = 2048\nepochs = 1000000\nsplit = draw\n' >endless.sweep
    "$TRAINER" sweep endless.sweep music -o busy --no-pictures >log 2>&1 &
    job=$!
    until [ -e busy/sweep.csv ]; do
        kill -0 "$job" 2>/dev/null || { cat log >&2; return 1; }
        sleep 0.02
    done
    timeout 60 "$TRAINER" sweep endless.sweep music -o busy --no-pictures --force >out 2>err
    status=$?
    kill -INT "$job"
    wait "$job"
    [ "$status" -eq 1 ] && grep -q 'another trainer is at work on busy' err
}

test_a_name_without_ending_is_told() {
    "$TRAINER" encode small.safetensors music/low/1.au -o plain >/dev/null 2>err &&
        grep -q 'plain has no ending; hosts and file dialogs find plain.safetensors$' err &&
        mkdir a.b && "$TRAINER" encode small.safetensors music/low/1.au -o a.b/plain >/dev/null 2>err &&
        grep -q 'a.b/plain has no ending' err &&
        "$TRAINER" encode small.safetensors music/low/1.au -o ended.safetensors >/dev/null 2>err &&
        [ ! -s err ]
}

run test_unknown_kernels_are_refused
run test_a_sweep_without_settings_is_refused
run test_two_sweeps_do_not_mix
run test_one_sweep_at_a_time
run test_audio_is_no_latent_and_says_what_to_do
run test_generate_skips_what_it_cannot_read_in_a_folder
run test_compare_shortens_long_names
run test_other_weights_do_not_mix_with_a_trained_classifier
run test_audio_is_no_weights_and_says_what_to_do
run test_too_little_memory_is_an_error
run test_sox_reads_wav_without_a_word
run test_batchnorm_counts_are_accepted
run test_a_name_without_ending_is_told
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
