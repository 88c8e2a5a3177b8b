#!/bin/sh
# The command line of the trainer, from the outside: exit status, one line of message, and that
# nothing is left or overwritten when something fails. See fixture.sh.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# audio FILE BYTES: an AU file of 8-bit mu-law at 22050 Hz, for which any bytes will do.
audio() {
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        awk -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%c", 33 + (i * i + i) % 90 }'
    } >"$1"
}

mkdir music
for i in 1 2 3 4; do audio "music/$i.au" "$((i * 9000))"; done
echo "no music" >music/notes.txt
audio song.au 20000

test_train_makes_weights() {
    "$TRAINER" train music -o small.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 >out \
        2>err &&
        [ -s small.safetensors ] && [ ! -s err ]
}

test_help_of_every_command() {
    "$TRAINER" --help >out && grep -q reconstruct out && "$TRAINER" --version >/dev/null || return 1
    for command in train eval info encode decode reconstruct latents classify cluster compare \
        generate report sweep check cache; do
        grep -q "^  $command " out || return 1
        "$TRAINER" "$command" --help >help 2>err && [ ! -s err ] &&
            grep -q "^usage: trainer $command" help && grep -q '^example: ' help || return 1
        [ "$(wc -L <help)" -le 100 ] || return 1
    done
}

test_wrong_calls_are_refused_with_2() {
    refused 2 "unknown command 'trian'; did you mean 'train'?" trian &&
        refused 2 "unknown command 'xyzzy' (see" xyzzy &&
        refused 2 'unknown option --foo ' encode --foo &&
        refused 2 'unknown option --epocs; did you mean --epochs?' train music --epocs 3 &&
        refused 2 'unknown option --learning_rte=1; did you mean --learning-rate?' classify x \
            --learning_rte=1 &&
        refused 2 'unknown option -z ' decode -z &&
        refused 2 'option --noise needs a value' decode a b --noise &&
        refused 2 'option --absolute=1 takes no value' decode a b --absolute=1 &&
        refused 2 "--noise: must be a number from 0 to" reconstruct a b -o c.wav --noise loud &&
        refused 2 "--wet: must be a number from 0 to 1, not 'nan'" reconstruct a b -o c.wav \
            --wet nan &&
        refused 2 "--seed: must be a whole number" eval a b --seed 1.5 &&
        refused 2 "--smear: must be a number from 0 to 2" reconstruct a b -o c.wav --smear 3 &&
        refused 2 'trainer train: unknown option --foo (see trainer train --help)' train music \
            --foo &&
        refused 2 'trainer train: option --epochs needs a value' train music -o x --epochs &&
        refused 2 'trainer train: option --resume=1 takes no value' train music -o x --resume=1 &&
        refused 2 "--split: " eval a b --split dev &&
        refused 2 "schedule: must be constant, plateau or cosine, not 'linear'" train music -o x \
            --schedule linear &&
        refused 2 "init: must be transform or axes, not 'folded'" train music -o x --start folded &&
        refused 2 "loss: must be mse or relative, not 'snr'" train music -o x --loss snr &&
        refused 2 'patience belongs to the plateau schedule' train music -o x --schedule cosine \
            --patience 2 &&
        refused 2 'a warm-up of 25 epochs leaves nothing' train music -o x --warm-up 25 &&
        refused 2 '--random-gain: must be a number from 0 to 60' train music -o x \
            --random-gain=-3 &&
        refused 2 'needs windows of at least 128' train music -o x --arch 4k8s4p2 --window 64 \
            --spectral-loss 1 &&
        refused 2 '--output FILE is needed' encode a b &&
        refused 2 'a weights file and an audio file, or a part FILE@FROM-TO must be given' encode a -o c &&
        refused 2 "unexpected argument 'd': only a weights file and an audio file" encode a b d \
            -o c &&
        refused 2 '--blend needs a --reference' reconstruct a b -o c.wav --blend 1 &&
        refused 2 '--reference has no effect without --blend' decode a b -o c.wav --reference r &&
        refused 2 'must end with .wav, .w64, .flac or .ogg' decode a b -o c.mp3 &&
        refused 2 'weights file and music must be given' eval small.safetensors
}

test_no_command_shows_help() {
    "$TRAINER" >out 2>err
    [ $? -eq 2 ] && [ ! -s out ] && grep -q '^usage' err
}

test_missing_files_are_refused_with_1() {
    refused 1 'none.safetensors: No such file' encode none.safetensors song.au -o x &&
        refused 1 'none.au: No such file' encode small.safetensors none.au -o x &&
        refused 1 'none.au: No such file' reconstruct small.safetensors none.au -o x.wav &&
        refused 1 'none: No such file' decode small.safetensors none -o x.wav &&
        refused 1 'none: No such file' eval small.safetensors none &&
        refused 1 'none.safetensors: No such file' info none.safetensors &&
        refused 1 'nowhere/x.wav: No such file' reconstruct small.safetensors song.au \
            -o nowhere/x.wav &&
        refused 1 'nowhere/x: No such file' encode small.safetensors song.au -o nowhere/x &&
        [ ! -e x ] && [ ! -e x.wav ]
}

test_foreign_files_are_refused_with_1() {
    echo "no weights at all" >text
    head -c 300 small.safetensors >cut.safetensors
    refused 1 'text: ' encode text song.au -o x &&
        refused 1 'cut.safetensors: ' info cut.safetensors &&
        refused 1 'small.safetensors: .*not a Trasluz latent file' \
            decode small.safetensors small.safetensors -o x.wav &&
        refused 1 'text: Format not recognised' encode small.safetensors text -o x &&
        refused 1 'contains no audio' train empty -o x.safetensors &&
        [ ! -e x ] && [ ! -e x.wav ] && [ ! -e x.safetensors ]
}
mkdir empty

test_info_lists_the_named_architectures() {
    "$TRAINER" info >out && [ "$(grep -c 'k.*s.*p' out)" -eq 12 ] &&
        grep -q '^normal .*\[8,3066\] *24528 *22.2 % *28361 *4.94 ms' out &&
        grep -q '^extra_chico .*\[2,3066\] *6132 *5.6 %' out &&
        grep -q '^grande .*\[32,3066\] *98112 *89.0 %' out &&
        grep -q '^figure3_8 .*\[8,3679\]' out && ! grep -q '^figure3_[67]' out &&
        "$TRAINER" info figure3_7 >row7 && "$TRAINER" info figure3_1 | cmp - row7
}

test_info_shows_every_layer() {
    "$TRAINER" info normal >out && grep -q '^input *110250 x 1 *$' out &&
        grep -q '^encoder 1 *18376 x 64 *8 *6 *4 *576$' out &&
        grep -q '^encoder 3 *3066 x 8 ' out && grep -q '^decoder 2 *18376 x 64 ' out &&
        grep -q '^decoder 3 *110250 x 1 ' out && grep -q '28361, 113444 bytes' out &&
        grep -q '^delay *109 samples, 4.94 ms' out && grep -q '^hop *36 samples, 612.5' out
}

test_info_refuses_with_layer_and_reason() {
    refused 2 'layer 2: kernel 0 is not within' info 4k8s4p2,2k0s1p0 &&
        refused 2 'decoder layer 2: gives 166 frames where 167' info normal --window 1000 &&
        refused 2 'encoder layer 1: an input of 4 frames is shorter' info 4k8s4p0 --window 4 &&
        refused 2 'decoder layer 1: gives 2 channels; must be 1' info 4k8s4p2/2k8s4p2 &&
        refused 2 "activation: must be leaky_relu, silu or tanh, not 'relu'" info normal \
            --activation relu &&
        refused 2 'contains its activation and rate' info small.safetensors --rate 44100
}

test_info_shows_files() {
    "$TRAINER" info small.safetensors >out && grep -q '^architecture *4k8s4p2$' out &&
        grep -q '^epochs *1$' out && grep -q '^training loss' out && grep -q '^fingerprint' out &&
        grep -q '^latent channel' out && "$TRAINER" encode small.safetensors song.au -o latent \
            >/dev/null &&
        "$TRAINER" info latent >out && grep -q '^source *song.au$' out &&
        grep -q '^audio samples *20000$' out
}

test_inputs_are_not_overwritten() {
    cp song.au kept.au && cp small.safetensors kept.safetensors && ln song.au hard.wav || return 1
    refused 2 'is also an input' encode small.safetensors song.au -o song.au &&
        refused 2 'is also an input' encode small.safetensors song.au -o ./small.safetensors &&
        refused 2 'is also an input' reconstruct small.safetensors song.au -o hard.wav &&
        cmp song.au kept.au && cmp small.safetensors kept.safetensors
    status=$?
    rm -f hard.wav
    return "$status"
}

# Weights, and files that the command never made.
test_results_are_not_overwritten_without_force() {
    cp small.safetensors mine.safetensors && echo "a letter" >letter &&
        "$TRAINER" encode small.safetensors song.au -o latent >/dev/null || return 1
    refused 1 'mine.safetensors exists and is not a latent file; --force' encode small.safetensors \
        song.au -o mine.safetensors &&
        refused 1 'letter exists and is not a latent file' encode small.safetensors song.au \
            -o letter &&
        refused 1 'mine.safetensors exists and is not latents of clips' latents small.safetensors \
            song.au -o mine.safetensors &&
        refused 1 'latent exists and is not latents of clips' latents small.safetensors song.au \
            -o latent &&
        refused 1 'letter exists and is not a page of this command' report music -o letter &&
        cp letter letter.wav && refused 1 'letter.wav exists; --force' decode small.safetensors \
            latent -o letter.wav &&
        refused 1 'letter.wav exists; --force' reconstruct small.safetensors song.au \
            -o letter.wav &&
        cp letter letter.csv && refused 2 'letter.csv exists and is not a table of losses' train \
            music -o letter.safetensors &&
        mkdir owned && cp letter owned/config.json && cp letter owned/events.out.tfevents.1.mine &&
        refused 1 'owned/config.json does not belong to training' train music --run owned \
            --arch normal --window 2034 --epochs 1 &&
        cmp letter letter.wav && cmp letter letter.csv &&
            cmp letter owned/events.out.tfevents.1.mine && cmp letter owned/config.json &&
        cmp small.safetensors mine.safetensors && [ "$(cat letter)" = "a letter" ] || return 1
    rm owned/config.json && "$TRAINER" train music --run owned --arch normal --window 2034 \
        --epochs 1 >/dev/null && cmp letter owned/events.out.tfevents.1.mine || return 1
    "$TRAINER" encode small.safetensors song.au -o latent >/dev/null &&
        "$TRAINER" encode small.safetensors song.au -o letter --force >/dev/null &&
        cmp latent letter && "$TRAINER" latents small.safetensors song.au -o mine.safetensors \
            --force >/dev/null &&
        "$TRAINER" latents small.safetensors song.au -o mine.safetensors >/dev/null
}

# A limit on the size of files stands for the disk: 8 blocks of 512 bytes, or of 1024.
test_full_disk_leaves_what_was_there() {
    mkdir full && echo "what was there" >there && cp there full/a.wav && cp there full/a || return 1
    for call in "reconstruct small.safetensors song.au -o full/a.wav --force" \
        "decode small.safetensors latent -o full/a.wav --force" \
        "encode small.safetensors song.au -o full/a --force"; do
        # shellcheck disable=SC2086
        (ulimit -f 8 && exec "$TRAINER" $call) >out 2>err
        if [ $? -ne 1 ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -Eq 'File too large|No space left' \
            err; then
            echo "    $call: $(cat err)" >&2
            return 1
        fi
    done
    cmp there full/a.wav && cmp there full/a && [ "$(find full -type f | wc -l)" -eq 2 ]
}

# The checkpoint of this network is larger than that, and so is a clip in a cache.
test_training_on_a_full_disk_leaves_what_was_there() {
    mkdir full2 && cp there full2/a.safetensors || return 1
    for cache in cache/trasluz empty-cache; do
        (ulimit -f 8 && exec "$TRAINER" train music -o full2/a.safetensors --cache "$cache" \
            --arch normal --window 2034 --epochs 1 --force) \
            >/dev/null 2>err
        if [ $? -ne 1 ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -Eq 'File too large|No space left' \
            err; then
            echo "    cache $cache: $(cat err)" >&2
            return 1
        fi
    done
    cmp there full2/a.safetensors && [ "$(find full2 -name '*.trasluz-*' | wc -l)" -eq 0 ]
}

test_training_into_no_folder_does_not_begin() {
    "$TRAINER" train music -o nowhere/a.safetensors --arch normal --window 2034 >out 2>err
    [ $? -eq 1 ] && [ ! -s out ] && grep -q 'nowhere/a.safetensors: No such file' err &&
        refused 1 "'' cannot be the name of a weights file" train music -o '' &&
            refused 1 "'empty' cannot be the name" train music -o empty --force &&
        refused 1 "'empty/' cannot be the name" train music -o empty/ && [ -z "$(ls -A empty)" ] &&
            [ ! -e empty.csv ]
}

# What is printed for the shell is what was called, whatever is in the words; the weights file keeps
# the same words.
# shellcheck disable=SC2086
test_call_that_resumes_is_quoted() {
    odd="AC&DC's \$HOME *" && cp -r music "$odd" && many=$(yes ./music | head -150) || return 1
    "$TRAINER" train "$odd" -o odd.safetensors --name '' --arch 4k8s4p2 --window 2048 \
        --epochs 100000 -- $many >odd.out 2>&1 &
    while ! grep -q '^epoch 1:' odd.out 2>/dev/null; do sleep 0.05; done
    kill -INT $! && { wait $!; [ $? -eq 130 ]; } || return 1
    call=$(sed -n 's/^  \(trainer .*\)$/\1/p' odd.out) && mkdir -p bin &&
        printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >bin/trainer &&
        chmod +x bin/trainer && PATH=$folder/bin:$PATH sh -c "$call" >words &&
        printf '%s\n' train --resume "$odd" -o odd.safetensors --name '' --arch 4k8s4p2 \
            --window 2048 --epochs 100000 -- $many | cmp - words &&
        "$TRAINER" info odd.safetensors | grep \
            -q -F "'AC&DC'\\''s \$HOME *' -o odd.safetensors --name '' --arch 4k8s4p2 "
}

# The first epoch is done when it is stopped; then a piece is gone, and then all are.
test_vanished_music_is_named_on_resume() {
    cp -r music gone && "$TRAINER" train gone -o v.safetensors --arch 4k8s4p2 --window 2048 \
        --epochs 100000 >out 2>&1 &
    while ! grep -q '^epoch 1:' out 2>/dev/null; do sleep 0.05; done
    kill -INT $! && { wait $!; [ $? -eq 130 ]; } && [ -s v.safetensors ] &&
        [ -s v.checkpoint ] || return 1
    resume="train gone -o v.safetensors --arch 4k8s4p2 --window 2048 --epochs 100000 --resume"
    rm gone/2.au
    # shellcheck disable=SC2086
    "$TRAINER" $resume >out 2>err
    [ $? -eq 1 ] && grep -q 'of its files 1 went (2.au)' err || return 1
    rm -r gone
    # shellcheck disable=SC2086
    refused 1 'gone: No such file' $resume && [ -s v.safetensors ] && [ -s v.checkpoint ]
}

test_full_standard_output_is_an_error() {
    [ -c /dev/full ] || return 0
    "$TRAINER" info >/dev/full 2>err
    [ $? -eq 1 ] && grep -q 'standard output: No space left' err
}

test_eval_prints_clips_and_means() {
    "$TRAINER" eval small.safetensors music --split all >out 2>err && [ ! -s err ] &&
        grep -q '4.au$' out && grep -q 'mean of 4 clips$' out && grep -q 'over all samples$' out &&
        "$TRAINER" eval small.safetensors music --split all --tsv >tsv 2>/dev/null &&
        [ "$(grep -c '^clip' tsv)" -eq 4 ] && [ "$(awk -F'\t' 'NF != 12' tsv | wc -l)" -eq 0 ]
}

test_eval_mean_is_the_mean() {
    awk -F'\t' '$1 == "clip" { n++; mse += $4; snr += $5; low += $7; whole += $3 * $4; s += $3 }
        $1 == "mean" { d = d " " ($4 - mse / n) / $4 " " ($5 - snr / n) " " ($7 - low / n) }
        $1 == "all" { d = d " " ($4 - whole / s) / $4 }
        END {
            split(d, difference, " ")
            for (i = 1; i <= 4; i++) if (difference[i] > 1e-5 || difference[i] < -1e-5) exit 1
            exit n != 4
        }' tsv
}

test_eval_is_the_same_on_any_threads() {
    "$TRAINER" eval small.safetensors music --split all --tsv -t 1 >one 2>/dev/null &&
        "$TRAINER" eval small.safetensors music --split all --tsv -t 3 >three 2>/dev/null &&
        cmp one three && cmp one tsv
}

# The test clip of the training is found again by the seed that the weights file names.
test_eval_takes_the_seed_of_the_training() {
    "$TRAINER" train music -o seeded.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 --seed 12 \
        --split draw >/dev/null ||
        return 1
    "$TRAINER" eval seeded.safetensors music --tsv >own 2>/dev/null &&
        "$TRAINER" eval seeded.safetensors music --tsv --seed 12 >named 2>/dev/null &&
            cmp own named || return 1
    for seed in 1 2 3 4 5; do
        "$TRAINER" eval seeded.safetensors music --tsv --seed "$seed" >other 2>/dev/null
        cmp -s own other || return 0
    done
    return 1
}

test_silent_clip_has_no_snr() {
    mkdir -p quiet && printf \
        '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001' \
        >quiet/s.au
    head -c 5000 /dev/zero | tr '\000' '\377' >>quiet/s.au
    cp song.au quiet
    "$TRAINER" eval small.safetensors quiet >out 2>err && grep -q ' - .* - .*s.au$' out &&
        grep -q '1 silent clip has no SNR' out && grep -q 's.au: contains only silence' out &&
        "$TRAINER" eval small.safetensors quiet/s.au --tsv 2>/dev/null | cut -f 5 |
            grep -c '^nan$' | grep -q 3 &&
        [ "$(grep 'song.au$' out | awk '{ print $3 }')" = \
            "$(grep 'mean of 2' out | awk '{ print $3 }')" ]
}

# On a terminal, which script(1) gives it, a training shows the progress of its passes over all
# windows, after two seconds: the clips grow until a pass takes that long.
test_passes_over_all_windows_show_progress() {
    mkdir many
    call="train many -o shown.safetensors --force --arch 512k96s8p44,512k5s1p2,512k5s1p2,8k4s2p1/512k4s2p1,1k8s8p0 --window 2048 --batch 2"
    samples=4500
    while [ "$samples" -lt 4000000 ]; do
        for i in 1 2 3 4; do audio "many/$i.au" "$samples"; done
        samples=$((2 * samples))
        script -qec "'$TRAINER' $call --epochs 1 --epoch-windows 1 -t 1" shown >/dev/null \
            </dev/null || return 1
        grep -q 's left: statistics, window [0-9]* of [0-9]*' shown && return 0
    done
    return 1
}

test_cache_is_below_the_users() {
    [ -n "$(ls cache/trasluz/*.f32)" ] && [ ! -e .cache ]
}

run test_train_makes_weights
run test_help_of_every_command
run test_wrong_calls_are_refused_with_2
run test_no_command_shows_help
run test_missing_files_are_refused_with_1
run test_foreign_files_are_refused_with_1
run test_info_lists_the_named_architectures
run test_info_shows_every_layer
run test_info_refuses_with_layer_and_reason
run test_info_shows_files
run test_inputs_are_not_overwritten
run test_results_are_not_overwritten_without_force
run test_full_disk_leaves_what_was_there
run test_training_on_a_full_disk_leaves_what_was_there
run test_training_into_no_folder_does_not_begin
run test_call_that_resumes_is_quoted
run test_vanished_music_is_named_on_resume
run test_full_standard_output_is_an_error
run test_eval_prints_clips_and_means
run test_eval_mean_is_the_mean
run test_eval_is_the_same_on_any_threads
run test_eval_takes_the_seed_of_the_training
run test_silent_clip_has_no_snr
run test_passes_over_all_windows_show_progress
run test_cache_is_below_the_users
exit $failed
