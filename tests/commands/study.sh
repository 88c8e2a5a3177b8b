#!/bin/sh
# The study of a data set's latents from the outside: `trainer latents`, `classify` and `cluster`.
# Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# tone GENRE NUMBER STEP: half a second of mu-law at 22050 Hz: a saw tooth whose step tells the
# genre.
tone() {
    mkdir -p "music/$1"
    {
        printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001\000\000\126\042\000\000\000\001'
        awk -v step="$3" -v from="$2" \
            'BEGIN { for (i = 0; i < 11025; i++) printf "%c", 33 + (i * step + from * 7) % 90 }'
    } >"music/$1/$1.$2.au"
}

for i in 1 2 3 4 5 6 7 8 9 10; do
    tone high "$i" 31
    tone low "$i" 2
done
"$TRAINER" train music -o small.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 --split draw \
    >/dev/null 2>&1

test_latents_are_those_of_encode() {
    "$TRAINER" encode small.safetensors music/low/low.3.au -o one.safetensors >/dev/null &&
        "$TRAINER" latents small.safetensors music/low/low.3.au -o whole.safetensors \
            --whole >/dev/null || return 1
    size=$((4 * 4 * 2757)) # frames of 11 028 samples, the next length that the decoder gives back
    tail -c "$size" one.safetensors >one && tail -c "$size" whole.safetensors >whole &&
        grep -q '\[4,2757\]' one.safetensors && grep -q '\[1,4,2757\]' whole.safetensors &&
            cmp one whole
}

test_latents_are_the_same_on_any_threads() {
    "$TRAINER" latents small.safetensors music -o set.safetensors -w 8000 -t 1 >out 2>err &&
        [ ! -s err ] &&
        grep -q '^20 clips.* 2 genres; 16 for training' out &&
            grep -q 'latents \[4,2000\] of 20 clips' out &&
        "$TRAINER" latents small.safetensors music -o again.safetensors -w 8000 -t 3 >/dev/null &&
        cmp set.safetensors again.safetensors
}

test_full_disk_leaves_no_latents() {
    (ulimit -f 8 && exec "$TRAINER" latents small.safetensors music -o full.safetensors) \
        >/dev/null 2>err
    [ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep \
        -Eq 'full.safetensors: (File too large|No space)' err &&
        [ -z "$(ls full* 2>/dev/null)" ]
}

test_clusters_are_the_same_on_any_threads() {
    "$TRAINER" cluster set.safetensors -o clusters -k 2,5,16 -t 1 >out 2>err && [ ! -s err ] &&
        "$TRAINER" cluster set.safetensors -o below/clusters -k 2,5,16 -t 3 >/dev/null &&
        diff -r clusters below/clusters && grep -q '^16 clips of 2 genres, latent \[4,2000\]' out &&
        [ "$(grep -c '^2d \|^3d \|^latent ' out)" -eq 9 ]
}

# Sixteen clusters of sixteen clips are pure, and hold a quarter of what a genre is: log 2 / log 16.
test_cluster_tables_hold_what_they_say() {
    grep -q '^space,clusters,homogeneity,completeness,v_measure,inertia$' clusters/scores.csv &&
        [ "$(grep -c '^[a-z0-9]*,16,1.000000000,0.250000000,0.400000000,0$' clusters/scores.csv)" \
            -eq 3 ] &&
        [ "$(wc -l <clusters/scores.csv)" -eq 10 ] && [ "$(wc -l <clusters/points_3d.csv)" \
            -eq 17 ] &&
        grep -q '^clip,genre,x,y,clusters_2,clusters_5,clusters_16$' clusters/points_2d.csv &&
        grep -Eq '^high/high.[0-9]*.au,high,[-0-9.e]*,[-0-9.e]*,[01],[0-4],[0-9]*$' \
            clusters/points_2d.csv &&
        grep -q '"kind": "clusters"' clusters/config.json &&
            grep -q '"seed": 1' clusters/config.json &&
        awk -F, 'NR > 1 { sum += $3 } END { exit sum < 0.999999 || sum > 1.000001 }' \
            clusters/pca.csv
}

# A file of the first call that the second does not write would stay.
test_calls_do_not_mix_in_a_folder() {
    "$TRAINER" cluster set.safetensors -o calls -k 2 --pooled --no-pictures >/dev/null &&
        cp -r calls before || return 1
    refused 1 'calls has results of another call (trainer cluster set.safetensors -k 2 --pooled)' \
        cluster set.safetensors -o calls -k 2 --no-pictures && diff -r before calls &&
        "$TRAINER" cluster set.safetensors -o calls -k 2 --no-pictures --force >/dev/null &&
        [ ! -e calls/points_pooled.csv ] && [ -s calls/points_2d.csv ] &&
        "$TRAINER" classify set.safetensors -o trained -e 1 --width 2 --no-pictures >/dev/null &&
        refused 1 'is also an input' classify set.safetensors -o trained --no-pictures --force \
            --weights trained/classifier.safetensors &&
        cp trained/classifier.safetensors mine.safetensors &&
        "$TRAINER" classify set.safetensors -o trained --no-pictures --force \
            --weights mine.safetensors >/dev/null && [ ! -e trained/accuracy.csv ] &&
        [ ! -e trained/classifier.safetensors ] && [ -s trained/predictions.csv ]
}

test_small_sets_get_fewer_clusters() {
    "$TRAINER" cluster set.safetensors -o small-clusters -k 10,30,16,17 --no-pictures >out 2>err &&
        [ ! -s err ] && grep -qx '16 clips with a genre: 16 clusters instead of 30, 17' out &&
        grep -q '^clip,genre,x,y,clusters_10,clusters_16$' small-clusters/points_2d.csv &&
        "$TRAINER" cluster set.safetensors -o small-clusters --no-pictures --force >out &&
        grep -q ' 16 clusters instead of 20, 25, 30$' out &&
        tr -d ' \n' <small-clusters/config.json | grep -q '"clusters":\[10,12,15,16\]' &&
        refused 1 '2 clips with a genre; four are needed' cluster set.safetensors -o x \
            --split validation
}

test_classifier_is_the_same_on_any_threads() {
    "$TRAINER" classify set.safetensors -o classifier -e 4 --width 4 -b 5 -t 1 >out 2>err &&
        [ ! -s err ] &&
        "$TRAINER" classify set.safetensors -o again -e 4 --width 4 -b 5 -t 3 >/dev/null &&
            diff -r classifier again &&
        [ "$(grep -c '^epoch ' out)" -eq 4 ] && grep -q '^best in epoch [1-4]: ' out &&
        grep -q '^accuracy [0-9.]* % on 2 test clips$' out &&
        [ "$(grep -A 3 '^test clips by genre (down)' out | sed 's/[0-9]/N/g' | tail -3)" = \
            "$(printf '%s\n' '     high  low' 'high    N    N' 'low     N    N')" ] &&
        "$TRAINER" classify set.safetensors -o other -e 4 --width 4 -b 5 --seed 2 >/dev/null &&
        ! cmp -s classifier/classifier.safetensors other/classifier.safetensors &&
        "$TRAINER" classify set.safetensors -o constant -e 4 --width 4 -b 5 --schedule constant \
            >/dev/null &&
        grep -q '"schedule": "constant"' constant/config.json &&
        ! cmp -s classifier/classifier.safetensors constant/classifier.safetensors
}

test_classifier_tables_hold_what_they_say() {
    grep -q '^epoch,train_loss,train_accuracy,validation_loss,validation_accuracy$' \
        classifier/accuracy.csv &&
        [ "$(wc -l <classifier/accuracy.csv)" -eq 5 ] &&
            [ "$(head -1 classifier/confusion.csv)" = genre,high,low ] &&
        [ "$(awk -F, 'NR > 1 { n += $2 + $3 } END { print n }' classifier/confusion.csv)" -eq 2 ] &&
        [ "$(wc -l <classifier/predictions.csv)" -eq 3 ] &&
            grep -q '"kind": "classifier"' classifier/config.json &&
        grep -q '^test,2,' classifier/summary.csv &&
        right=$(awk -F, 'NR > 1 && $2 == $3 { n++ } END { print n + 0 }' \
            classifier/predictions.csv) &&
        awk -F, -v right="$right" '$1 == "test" { exit $4 != right / 2 }' classifier/summary.csv
}

test_classifier_weights_are_used_again() {
    "$TRAINER" classify set.safetensors -o used --weights classifier/classifier.safetensors >out \
        2>err && [ ! -s err ] &&
        cmp used/predictions.csv classifier/predictions.csv &&
            cmp used/confusion.csv classifier/confusion.csv &&
        [ "$(tail -1 used/summary.csv)" = "$(tail -1 classifier/summary.csv)" ] &&
            [ ! -e used/accuracy.csv ]
}

test_classifier_refuses_what_does_not_fit() {
    "$TRAINER" train music -o second.safetensors --arch 4k8s4p2 --window 2048 --epochs 1 --seed 2 \
        >/dev/null &&
        "$TRAINER" latents second.safetensors music -o second-set.safetensors -w 8000 >/dev/null &&
        "$TRAINER" latents small.safetensors music -o short.safetensors -w 7000 >/dev/null &&
        mkdir -p other-music/third && cp -r music/low other-music &&
            cp music/high/*.au other-music/third &&
        "$TRAINER" latents small.safetensors other-music -o other-set.safetensors -w 8000 \
            >/dev/null || return 1
    refused 1 'belongs to the latents of another model' classify second-set.safetensors -o y \
        --weights classifier/classifier.safetensors &&
        refused 1 'trained with other genres' classify other-set.safetensors -o y \
            --weights classifier/classifier.safetensors &&
        refused 1 "small.safetensors: not the weights of a classifier" classify set.safetensors \
            -o y --weights small.safetensors &&
        refused 1 'latents have 1750 frames; the classifier needs at least 1772' classify \
            short.safetensors -o y &&
        refused 1 'must contain clips of at least two genres' classify whole.safetensors -o y &&
        refused 1 'classifier/classifier.safetensors exists; --force' classify set.safetensors \
            -o classifier &&
        refused 1 'clusters has results of .trainer cluster.; choose another' classify set.safetensors \
            -o clusters &&
        refused 1 'classifier has results of .trainer classify.; choose another' cluster set.safetensors \
            -o classifier -k 2 &&
        refused 2 'a file of latents must be given' classify -o y &&
            refused 2 '--output FOLDER is needed' classify set.safetensors &&
        refused 2 '--width: must be a whole number from 1 to 1024' classify a -o y --width 2000 &&
        refused 2 "--schedule: must be cosine or constant, not 'plateau'" classify a -o y \
            --schedule plateau &&
        [ -z "$(ls y/*.safetensors y/*.csv 2>/dev/null)" ]
}

test_pictures_are_drawn() {
    for picture in clusters/scores.svg classifier/accuracy.svg classifier/loss.svg \
        classifier/confusion.svg used/confusion.svg; do
        grep -q '<svg' "$picture" && grep -q '</svg>' "$picture" || return 1
    done
    for picture in genres_2d genres_3d clusters_2d clusters_3d; do
        head -c 8 "clusters/$picture.png" | od -c | grep -q '211 *P *N *G' || return 1
    done
    grep -q 'high' classifier/confusion.svg && [ ! -e used/accuracy.svg ] &&
        "$TRAINER" cluster set.safetensors -o plain -k 2 --no-pictures >/dev/null &&
        "$TRAINER" classify set.safetensors -o plainer -e 1 --width 2 --no-pictures >/dev/null &&
        [ -e plain/scores.csv ] && [ -e plainer/confusion.csv ] &&
            [ -z "$(find plain plainer -name '*.svg' -o -name '*.png')" ]
}

test_wrong_calls_are_refused() {
    refused 2 'a weights file and music must be given' latents small.safetensors -o x &&
        refused 2 '--output FILE is needed' latents small.safetensors music &&
        refused 2 'is also an input' latents small.safetensors music -o small.safetensors &&
        refused 2 "--window: must be a whole number from 1" latents small.safetensors music -o x \
            -w 0 &&
        refused 2 'a file of latents must be given' cluster -o x &&
        refused 2 '--output FOLDER is needed' cluster set.safetensors &&
        refused 2 "--clusters: must be a whole number from 1 to 1048576, not '2x'" cluster a -o x \
            -k 3,2x &&
        refused 2 "--clusters: must be a whole number from 1 to 1048576, not ''" cluster a -o x \
            -k , &&
        refused 2 "--split: must be train, validation, test or all, not 'dev'" cluster a -o x \
            --split dev &&
        refused 1 'none: No such file' cluster none -o x &&
        refused 1 'small.safetensors: not a latent set' cluster small.safetensors -o x &&
        refused 1 'must contain clips of at least two genres' cluster whole.safetensors -o x &&
        refused 1 'set.safetensors: File exists' cluster set.safetensors -o set.safetensors/x \
            -k 2 &&
        [ ! -e x ]
}

run test_latents_are_those_of_encode
run test_latents_are_the_same_on_any_threads
run test_full_disk_leaves_no_latents
run test_clusters_are_the_same_on_any_threads
run test_cluster_tables_hold_what_they_say
run test_calls_do_not_mix_in_a_folder
run test_small_sets_get_fewer_clusters
run test_classifier_is_the_same_on_any_threads
run test_classifier_tables_hold_what_they_say
run test_classifier_weights_are_used_again
run test_classifier_refuses_what_does_not_fit
run test_pictures_are_drawn
run test_wrong_calls_are_refused
exit $failed
