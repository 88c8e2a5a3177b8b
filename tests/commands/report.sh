#!/bin/sh
# `trainer report` from the outside: what goes into the page, and that a browser (headless Chromium)
# shows all of it, on a phone's width too. See fixture.sh.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"
models=$here/../presets/models

# has PATTERN: the page does, in one of its lines.
has() {
    grep -q -e "$1" page.html || { echo "    not in the page: $1" >&2; return 1; }
}

# Two runs, comparisons, generated music, a study's folder with its own figure; a folder whose name
# is hostile.
mkdir -p runs/fast runs/slow music study '<b>&"odd"'
for run in fast slow; do
    echo 'epoch,learning_rate,train_loss,validation_loss,audio_seconds,seconds' \
        >runs/$run/losses.csv
    for i in 1 2 3 4 5 6; do echo "$i,0.001,0.$((9 - i))41,0.0$((9 - i))12345678,60.0,1.5"; done \
        >>runs/$run/losses.csv
    echo "{\"architecture\": \"64k8s6p4\", \"training\": {\"seed\": 12, \"activation\": \"$run <&>\"}}" >runs/$run/config.json
done
sox -n -r 22050 -c 1 -b 16 music/song.wav synth 13 pluck E2 pluck B2 gain -6
"$TRAINER" compare "$models/normal.safetensors" music -o compared --format ogg >/dev/null
mkdir made && "$TRAINER" generate "$models/normal.safetensors" music/song.wav --noise 0.5 \
    -o made/noise.ogg >/dev/null
printf 'genre,blues,"rock, hard"\r\nblues,7,1\r\n"rock, hard",2,9\r\n' >study/confusion.csv
printf 'epoch,validation_accuracy\n1,0.5\n2,0.7\n' >study/accuracy.csv
echo '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60"/></svg>' >study/accuracy.svg
echo 'name,score' >'<b>&"odd"/<i>&.csv'
echo '"<script>1</script>",0.123456789' >>'<b>&"odd"/<i>&.csv'

test_report_is_made() {
    "$TRAINER" report runs compared made/ study '<b>&"odd"' --title 'A <title> & more' \
        -o page.html >out 2>err && [ ! -s err ] &&
        grep -q '^wrote page.html$' out && [ "$(head -c 15 page.html)" = '<!doctype html>' ]
}

# Of two runs: both columns in common, and the losses of each; a study that has figures is not drawn
# again.
test_report_has_every_picture_and_sound() {
    [ "$(grep -o '<img src="data:image/svg+xml;base64,' page.html | wc -l)" -eq 5 ] &&
        [ "$(grep -o '<img src="data:image/png;base64,' page.html | wc -l)" -eq 2 ] &&
        [ "$(grep -o '<audio controls src="data:audio/flac;base64,' page.html | wc -l)" -eq 3 ] &&
        has 'alt="Validation loss by epoch"' && has 'alt="accuracy.svg"'
}

# sound N PAGE: writes the N-th sound of a page.
sound() {
    grep -o '<audio controls src="data:audio/flac;base64,[^"]*' "$2" | sed -n "$1s/.*,//p" |
        base64 -d
}

# The middle of each, the same part of original and result, however long or large the files are.
test_report_plays_original_and_decoded() {
    "$TRAINER" compare "$models/normal.safetensors" music -o whole --no-pictures >/dev/null &&
        "$TRAINER" report whole -o whole.html >/dev/null || return 1
    for n in 1 2; do
        sound "$n" whole.html >"$n.flac" && [ "$(soxi -V1 -s "$n.flac")" -eq 220500 ] || return 1
    done
    sox music/song.wav -b 16 -t s16 middle.raw trim 33075s 220500s && sox 1.flac -t s16 1.raw &&
        cmp middle.raw 1.raw && sox -D whole/song.wav -b 16 -t s16 middle.raw trim 33075s 220500s &&
        sox 2.flac -t s16 2.raw && [ "$(cmp -l middle.raw 2.raw | wc -l)" -lt 4410 ] &&
        tr '\n' ' ' <whole.html | grep -q '>Original<.*>Decoded<.*>song.wav, 1.5 s to 11.5 s of 13.0 s<' &&
        [ "$(grep -c '<audio' whole.html)" -eq 2 ]
}

# Names alone make no pair.
test_report_plays_what_it_does_not_know() {
    mkdir others && cp music/song.wav others/a.wav && cp music/song.wav others/a.original.wav &&
        echo text >others/b.wav && "$TRAINER" report others -o others.html >/dev/null &&
        [ "$(grep -c '<audio' others.html)" -eq 2 ] && ! grep -q '>Original<' others.html &&
        grep -q 'b.wav cannot be played: ' others.html
}

test_report_says_what_each_section_is() {
    has '<p>Music that the model never heard, beside what it decodes' &&
        has '<p>Music that .trainer generate. made of latents' && has '<p>Folders of results, each' &&
        has '<p>Files that no command of .trainer. describes' && has '<p>Numbers of the results' &&
        has '<p>Settings and the call' && has '<p>Pictures of the results' &&
        has '<p>Sounds, at most 10 s from the middle of each; first the original'
}

test_report_has_tables_and_settings() {
    has '<th scope="row">seed</th><td class="v">12</td>' && has '<td>rock, hard</td><td class="n">2</td><td class="n">9</td>' &&
        has '>song.wav<' && has '<td>noise.json</td><td class="n">1</td><td>single</td><td class="n">0.5' &&
        has '<td class="n">0.12346</td>' && has 'losses.csv, 6 rows'
}

test_report_escapes_what_it_shows() {
    has '&lt;b&gt;&amp;&quot;odd&quot;</h2>' && has '&lt;script&gt;1&lt;/script&gt;' && has '<title>A &lt;title&gt; &amp; more</title>' &&
        has 'fast &lt;&amp;&gt;' && ! grep -q '<script' page.html && ! grep -Eq '(src|href)="[^d#]' page.html
}

test_report_is_the_same_each_time() {
    "$TRAINER" report runs compared made study '<b>&"odd"' --title 'A <title> & more' -o again.html >/dev/null && cmp page.html again.html
}

# A copy of the page, with a script that reports what the browser shows, in a frame as wide as a
# phone.
test_browser_shows_every_picture_on_a_phone() {
    cat page.html - >framed.html <<'END'
<script>
addEventListener("load", () => parent.postMessage([
    [...document.images].filter(i => i.complete && i.naturalWidth > 0 && i.naturalHeight > 0).length, document.images.length,
    [...document.querySelectorAll("audio")].filter(a => !a.error).length,
    document.documentElement.scrollWidth <= innerWidth].join(" "), "*"));
</script>
END
    cat >frame.html <<'END'
<!doctype html><p id="result">nothing</p>
<script>addEventListener("message", e => document.getElementById("result").textContent = "result " + e.data)</script>
<iframe src="framed.html" width="375" height="700"></iframe>
END
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$folder/chromium" \
        --virtual-time-budget=10000 --dump-dom "file://$folder/frame.html" >dom 2>log ||
        { cat log >&2; return 1; }
    grep -q 'result 7 7 3 true' dom || { grep result dom >&2; return 1; }
}

test_report_prints() {
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$folder/chromium" \
        --no-pdf-header-footer --print-to-pdf="$folder/page.pdf" "file://$folder/page.html" >/dev/null 2>log &&
        [ "$(head -c 4 page.pdf)" = %PDF ] && [ "$(wc -c <page.pdf)" -gt 100000 ]
}

test_report_limits_what_it_takes() {
    "$TRAINER" report compared -o small.html --excerpt 0 --pictures 0 >/dev/null && ! grep -q '<audio\|<img' small.html &&
        grep -q 'The first 0 of 1 pictures' small.html
}

test_report_refuses() {
    mkdir -p empty/inner && echo text >empty/inner/notes.txt && echo kept >kept.html
    refused 2 'folders of results must be given' report -o x.html && refused 2 '--output FILE is needed' report runs &&
        refused 1 'none: No such file' report none -o kept.html --force && refused 1 'contains nothing' report empty -o kept.html --force &&
        [ "$(cat kept.html)" = kept ] || return 1
    without_gnuplot report runs -o kept.html --force >out 2>err
    [ $? -eq 1 ] && grep -q gnuplot-nox err && [ "$(cat kept.html)" = kept ]
}

# On a terminal, which script(1) gives it; many folders take seconds.
# Progress is shown after two seconds, so the folders are doubled until a report takes that long.
test_report_shows_progress() {
    mkdir many && cp -r runs/fast many/1 || return 1
    folders=1
    while [ "$folders" -lt 2000 ]; do
        for i in $(seq "$folders"); do cp -r runs/fast "many/$((folders + i))"; done
        folders=$((folders * 2))
        [ "$folders" -ge 64 ] || continue
        script -qec "'$TRAINER' report many -o many.html --force" shown >/dev/null </dev/null ||
            return 1
        grep -q " left: reporting, folder [0-9]* of $((folders + 1))" shown && return 0
    done
    return 1
}

run test_report_is_made
run test_report_has_every_picture_and_sound
run test_report_plays_original_and_decoded
run test_report_plays_what_it_does_not_know
run test_report_says_what_each_section_is
run test_report_has_tables_and_settings
run test_report_escapes_what_it_shows
run test_report_is_the_same_each_time
run test_browser_shows_every_picture_on_a_phone
run test_report_prints
run test_report_limits_what_it_takes
run test_report_refuses
run test_report_shows_progress
exit $failed
