#!/bin/sh
# The programs that measure what is heard: their measures of sounds whose values are known, and a
# small run. Prints "ok name" or "FAIL name" for each test.

# shellcheck disable=SC2317 # run() calls the tests

# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

# measure: runs Python with the measures; it fails where an assertion does.
measure() {
    PYTHONPATH="$here/bench" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -
}

test_measures_have_known_values() {
    measure <<'PYTHON'
import numpy as np
from sounds import *
from genres import homogeneity, kmeans
time = np.arange(2 * RATE) / RATE
tone = np.sin(2 * np.pi * 997 * time)
noise = np.random.default_rng(1).normal(size=len(time)) * 0.1
write_wav("tone.wav", tone)
assert np.abs(read_wav("tone.wav") - tone).max() < 1e-6
assert np.abs(read_sound("tone.wav", 0.5, 1) - tone[RATE // 2 : 3 * RATE // 2]).max() < 1e-4
assert abs(loudness(tone) - (decibels(tone) + 0.69)) < 0.02  # ITU-R BS.1770
assert abs(distance(levels(noise), levels(2 * noise)) - 6.02) < 0.01
assert distance(apart(levels(noise)), apart(levels(2 * noise))) < 0.01
assert np.abs(change_spectra(noise, lambda x: x) - noise).max() < 1e-9
assert chroma_cosine(tone, np.sin(2 * np.pi * 2 * 997 * time)) > 0.99
assert chroma_cosine(tone, np.sin(2 * np.pi * 1.5 * 997 * time)) < 0.1
assert abs(snr_of_fit(3 * tone + noise, tone) - (decibels(3 * tone) - decibels(noise))) < 0.1
assert correlation(envelope(noise * time), envelope(tone * time)) > 0.95
assert homogeneity(np.array(["a", "a", "b", "b"]), np.array([0, 0, 1, 1])) > 0.999
assert abs(homogeneity(np.array(["a", "b", "a", "b"]), np.array([0, 0, 1, 1]))) < 1e-9
points = np.concatenate([noise[:60, None] + k for k in range(30)])
assert homogeneity(np.repeat(np.arange(30), 60), kmeans(points, 1)) > 0.95
PYTHON
}

test_operations_prints_its_table() {
    mkdir -p music
    measure <<'PYTHON' || return 1
import numpy as np
from sounds import RATE, write_wav
time, random = np.arange(3 * RATE) / RATE, np.random.default_rng(2)
for name, hertz in (("one", 220), ("two", 330)):
    chord = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 20))
    beats = 0.2 + np.exp(-8 * (time % 0.5))
    write_wav(f"music/{name}.wav", 0.05 * beats * (chord + random.normal(size=len(time))))
PYTHON
    "$TRAINER" train music -o small.safetensors --rate 48000 --window 6400 --epochs 1 \
        --arch 'spectrum512h128b24f80:6k1s1p0+linear' >/dev/null 2>&1 || return 1
    echo 'one.wav 0 two.wav 0.2' >pairs
    /usr/bin/python3 -B "$here/bench/operations.py" music small.safetensors --pairs pairs \
        --seeds 1 >table || return 1
    grep -q '^| noise drifting: silence is changed less by, dB | > 40 | no change |' table &&
        grep -q '^| blend 0.5: LSD to the input, of d | <= 0.75 | 0\.[0-9]' table &&
        ! grep -q nan table && [ "$(grep -c '^| ' table)" -eq 28 ]
}

run test_measures_have_known_values
run test_operations_prints_its_table
exit "$failed"
