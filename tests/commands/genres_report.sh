#!/bin/sh
# presets/report.sh: all studies of a small set of clips, into one page. Prints "ok name" or "FAIL
# name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
# shellcheck disable=SC2154 # fixture.sh names it
report=$here/../presets/report.sh

# Two genres of ten clips, and a song of another rate.
for i in 0 1 2 3 4 5 6 7 8 9; do
    mkdir -p genres/jazz genres/disco
    sox "$here/clip.flac" -r 22050 -c 1 "genres/jazz/jazz.0000$i.wav" trim "$i" 1
    sox "$here/../presets/sources/disco.flac" -r 22050 -c 1 "genres/disco/disco.0000$i.wav" \
        trim "0.$i" 1
done
sox "$here/clip.flac" -r 32000 song.wav trim 11 1

# Stopped in the middle, as by Ctrl-C, and called again: what was done is not done twice.
test_an_interrupted_call_goes_on() {
    cat >stopping <<'END'
#!/bin/sh
[ "$1" != classify ] || exit 130
exec "$REAL" "$@"
END
    chmod +x stopping
    real=$TRAINER
    REAL=$real TRAINER=./stopping "$report" --short genres out song.wav >first 2>err
    [ $? -eq 130 ] && grep -q 'stopped at extra_chico-classifier; the same call goes on' err &&
        "$report" --short genres out song.wav >second 2>err || return 1
    grep -q '^== sizes$' first && ! grep -q '^== sizes$' second && grep -q '^== remix$' second &&
        "$report" --short genres out song.wav >third 2>err && ! grep -q '^==' third
}

# Each section has its folders, with the tables that it is about.
test_page_has_all_sections() {
    for heading in 1-architectures 1-activations 1-sizes 1-decoded 2-classifier-grande \
        2-clusters-extra_chico 3-new-music 4-generation; do
        grep -q ">$heading</h2>" out/report.html || { echo "no $heading" >&2; return 1; }
    done
    [ "$(wc -l <out/1-architectures/sweep.csv)" -eq 7 ] &&
        [ "$(wc -l <out/1-activations/sweep.csv)" -eq 4 ] &&
        grep -q '^test,' out/2-classifier-normal/summary.csv &&
        grep -q '^3d,10,' out/2-clusters-grande/scores.csv &&
        grep -q 'song.wav' out/3-new-music/compare.csv &&
        [ "$(grep -c 'disco.0000' out/4-generation/average-5.json)" -eq 5 ] &&
        [ -s out/4-generation/remix.ogg ] && [ -s out/4-generation/noise-0.5.ogg ]
}

test_other_music_is_refused() {
    mkdir -p other/one && cp genres/jazz/jazz.00000.wav other/one
    ! "$report" --short other out 2>err && grep -q 'no folders with clips for two genres' err &&
        ! "$report" genres out 2>err && grep -q 'out: holds the studies of .*genres-short;' err
}

run test_an_interrupted_call_goes_on
run test_page_has_all_sections
run test_other_music_is_refused
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
