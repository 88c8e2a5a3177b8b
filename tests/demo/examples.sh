#!/bin/sh
# examples.sh: the page of `make examples`: rendered anew, complete, in one file, and shown by a
# browser. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

test_page_is_made() {
    /usr/bin/python3 -B "$here/demo/examples.py" "$(dirname "$TRAINER")/.." "$folder/made" >out &&
        grep -q '^1[2-9] examples' out && cp made/examples.html page.html
}

test_page_is_one_file_below_8_MB() {
    [ "$(wc -c <page.html)" -lt 8000000 ] &&
        ! grep -oE '(src|href)="[^"]{5}' page.html | grep -v '="data:'
}

test_every_bank_has_an_example() {
    sed -n 's/^bank [^ ]* \([^:]*\):.*/\1/p' "$here/../presets/presets.txt" >banks
    while read -r bank; do
        grep -q "<h2>$bank</h2>" page.html || { echo "$bank has no example" >&2; return 1; }
    done <banks
    [ "$(grep -o 'class="moves"' page.html | wc -l)" -ge 2 ]
}

# The level of a sound in dB, its peak, and the same of the difference from another.
stat_of() { sox "$@" -n stat 2>&1 | sed -n 's/^RMS     amplitude: *//p; s/^Maximum amplitude: *//p'; }

# Each is heard, is another sound than before, and none reaches full scale.
test_sounds_are_heard() {
    for after in made/*-after.wav; do
        before=${after%-after.wav}-before.wav
        { stat_of "$after"; stat_of -m -v 1 "$after" -v -1 "$before"; } | tr '\n' ' ' >figures
        awk -v "name=$after" '{ if ($1 < 0.99 && $2 > 0.01 && $4 > 0.1 * $2) exit 0
            print name, $0; exit 1 }' figures >&2 || return 1
    done
}

# In a frame as wide as a phone.
test_browser_shows_and_plays_all() {
    cat page.html - >framed.html <<'END'
<script>
addEventListener("load", async () => {
    const sounds = [...document.querySelectorAll("audio")];
    await Promise.all(sounds.map(a => a.readyState > 0 || a.error ||
        new Promise(done => { a.onloadedmetadata = a.onerror = done; a.load(); })));
    parent.postMessage([
        [...document.images].filter(i => i.complete && i.naturalWidth > 600).length,
        document.images.length, sounds.filter(a => a.duration > 7 && a.duration < 17).length,
        sounds.length, document.documentElement.scrollWidth <= innerWidth].join(" "), "*");
});
</script>
END
    cat >frame.html <<'END'
<!doctype html><p id="result">nothing</p>
<script>
addEventListener("message",
    e => document.getElementById("result").textContent = "result " + e.data);
</script>
<iframe src="framed.html" width="375" height="700"></iframe>
END
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --user-data-dir="$folder/chromium" --virtual-time-budget=20000 --dump-dom \
        "file://$folder/frame.html" >dom 2>log || { cat log >&2; return 1; }
    sides=$((2 * $(grep -o '<article>' page.html | wc -l)))
    grep -q "result $sides $sides $sides $sides true" dom || { grep result dom >&2; return 1; }
}

run test_page_is_made
run test_page_is_one_file_below_8_MB
run test_every_bank_has_an_example
run test_sounds_are_heard
run test_browser_shows_and_plays_all
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
