#!/usr/bin/python3
"""What the operations on the latent do to music, from sound alone.

    operations.py OTHERS MODEL…

OTHERS is the folder of music that `presets/fetch-music.sh OTHERS others` brings. The ten pairs of
operation-pairs.txt, 10 s each at an RMS of 0.1, pass through the plugin's engine (`trainer
reconstruct --detail 1 --auto-gain`, as the plugin is when it is inserted), and the sounds that come
out are measured. Prints a table with a column for each model: the mean over the pairs, and in
brackets the worst pair.

  noise        set for each pair so that the log-spectral distance (LSD) to the input is 3 dB. The
               change is output minus input; its envelope is compared with the input's. The rival is
               an equaliser of 16 bands with random gains of the same kind
  blend        d is the LSD of input and reference; LSD level apart, each frame's mean taken off. A
               mix is the best sum of input, reference and what the model decodes both to. Rivals
               are the morph, whose log spectra are halfway, with the input's phases; and the mix
  scale        against the input with the best gain, and through the best static equaliser
  controls     loudness (ITU-R BS.1770) of the whole excerpt, at the ends of each control's range
  axes         at 2 deviations; the cosine is that of the changes of two axes, mean over time

TRAINER names the program, build/bin/trainer otherwise. Needs python3-numpy and sox; takes about a
minute for each model on two processors.
"""
import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # the pairs are worked on at once instead

import numpy as np

from sounds import (
    BANDS,
    FREQUENCY,
    HOP,
    RATE,
    TRAINER,
    TRIANGLES,
    apart,
    change_spectra,
    chroma_cosine,
    correlation,
    decibels,
    distance,
    envelope,
    levels,
    loudness,
    read_sound,
    read_wav,
    snr_of_fit,
    spectra,
    write_wav,
)

SECONDS, RMS, TARGET = 10, 0.1, 3.0
UNCHANGED = 200.0  # dB
NOISES = ("each frame", "drifting", "follows")
# The ends of the range of each control, of which one moves alone. Dynamics is apart: it takes over
# the reference's loudness, as asked.
CONTROLS = (
    ["--detail 0", "--noise 2", "--noise 2 --drift 8", "--offset=-2", "--offset 2"]
    + ["--scale 0", "--scale 2", "--smear 2", "--match 1"]
    + ["--freeze 2:1", "--freeze 2:1 --freeze-kind sound"]
    + [f"--axis{axis}={value}" for axis in (1, 2, 3, 4) for value in (-3, 3)]
    + ["--blend 0.5 --reference", "--blend 1 --reference"]
)


# ---- What plays ----


class Model:
    """Sends sounds through the plugin's engine."""

    def __init__(self, weights, folder):
        self.weights, self.folder = weights, folder
        about = subprocess.run([TRAINER, "info", weights], capture_output=True, text=True).stdout
        self.spectral = "spectrum" in about

    def play(self, path, *options, detail="1"):
        out = os.path.join(self.folder, f"{os.getpid()}.wav")
        command = [TRAINER, "reconstruct", self.weights, path, "-o", out, "--force"]
        command += ["--auto-gain", *options]
        if not any(option.startswith("--detail") for option in options):
            command += ["--detail", detail]
        subprocess.run(command, check=True, capture_output=True)
        return read_wav(out)

    def noise(self, path, kind, seed, strength, drift):
        options = ["--noise", f"{strength:.6g}", "--seed", str(seed)]
        options += ["--drift", str(drift)] if kind != "each frame" else []
        options += ["--follow"] if kind == "follows" else []
        return self.play(path, *options)


class Equaliser:
    """Random gains in 16 bands, of as many decibels as the strength: new in each frame, or drifting
    as the latent's noise does."""

    VALUES = 16

    def noise(self, path, kind, seed, strength, drift):
        speed = 1.0 if kind == "each frame" else drift * HOP / RATE
        return change_spectra(read_wav(path), lambda x: x * self.gains(x, seed, strength, speed))

    def gains(self, frames, seed, strength, speed):
        random = np.random.default_rng(seed)
        place = np.arange(len(frames)) * speed
        values = random.normal(size=(int(place[-1]) + 2, self.VALUES))
        whole = place.astype(int)
        angle = np.pi / 2 * (place - whole)[:, None]
        values = np.cos(angle) * values[whole] + np.sin(angle) * values[whole + 1]
        knots = np.linspace(0, BANDS - 1, self.VALUES)
        bands = np.stack([np.interp(np.arange(BANDS), knots, row) for row in values])
        return 10 ** (strength * bands @ TRIANGLES / 20)


class Pair:
    """A track and its reference."""

    def __init__(self, number, line, music, folder):
        words = line.split()
        sounds = [
            read_sound(os.path.join(music, piece), start, SECONDS)
            for piece, start in zip(words[::2], words[1::2])
        ]
        length = min(map(len, sounds))
        self.path = [os.path.join(folder, f"pair{number}-{side}.wav") for side in (0, 1)]
        self.sound = [s[:length] * RMS / np.sqrt(np.mean(s[:length] ** 2)) for s in sounds]
        self.level = [levels(sound) for sound in self.sound]
        for path, sound in zip(self.path, self.sound):
            write_wav(path, sound)
        self.apart = distance(*map(apart, self.level))


# ---- What is measured: each gives {row: value} for one pair ----


def noise_of_distance(player, pair, kind, seed, strength, drift):
    """The sound whose distance to the input is TARGET, and its strength: in a few steps in
    proportion, from a strength that was right for another seed."""
    best = None
    for _ in range(8):
        sound = player.noise(pair.path[0], kind, seed, strength, drift)
        found = distance(levels(sound), pair.level[0])
        if best is None or abs(found - TARGET) < abs(best[2] - TARGET):
            best = (sound, strength, found)
        if abs(found - TARGET) < 0.05:
            break
        strength *= min(4.0, max(0.25, TARGET / max(found, 1e-3)))
    return best[:2]


def kinds_of(player):
    """Noise that follows the music is drifting noise where the latent is that of a spectrum."""
    return NOISES if isinstance(player, Model) and not player.spectral else NOISES[:2]


def measure_noise(player, pair, call):
    rows = {}
    for kind in kinds_of(player):
        sums, strength = {}, 4.0 if isinstance(player, Equaliser) else 0.5
        for seed in range(1, call.seeds + 1):
            sound, strength = noise_of_distance(player, pair, kind, seed, strength, call.drift)
            change = sound - pair.sound[0]
            if seed == 1:
                rows[f"noise {kind}, change"] = change
                rows[f"noise {kind}, strength"] = strength
            for name, value in (
                ("envelope", correlation(envelope(change), envelope(pair.sound[0]))),
                ("chroma", chroma_cosine(sound, pair.sound[0])),
                ("level", loudness(sound) - loudness(pair.sound[0])),
            ):
                sums[name] = sums.get(name, 0.0) + value / call.seeds
        for name, value in sums.items():
            rows[f"noise {kind}, {name}"] = value
    return rows


def measure_silence(model, pair, rows, drift):
    """How much less the noise of before changes silence, with a tenth of a second of sound before
    it: a song that has begun."""
    path = pair.path[0] + ".silence.wav"
    silence = np.zeros(len(pair.sound[0]))
    silence[: RATE // 10] = pair.sound[0][: RATE // 10]
    write_wav(path, silence)
    for kind in kinds_of(model):
        sound = model.noise(path, kind, 1, rows[f"noise {kind}, strength"], drift)
        quiet = (sound - silence)[RATE // 2 :]
        rows[f"noise {kind}, silence"] = min(
            UNCHANGED, decibels(rows[f"noise {kind}, change"]) - decibels(quiet)
        )


def blend_rows(pair, half, whole, decoded):
    """Of a sound that is half the reference's and one that is wholly."""
    rows, inputs, reference = {}, apart(pair.level[0]), apart(pair.level[1])
    levels_half = apart(levels(half))
    rows["blend 0.5, input"] = distance(levels_half, inputs) / pair.apart
    rows["blend 0.5, reference"] = distance(levels_half, reference) / pair.apart
    rows["blend 0.5, mix"] = snr_of_fit(half, *pair.sound, *decoded)
    if whole is not None:
        rows["blend 1, reference"] = distance(apart(levels(whole)), reference) / pair.apart
    return rows


def measure_blend(model, pair):
    reference = ["--reference", pair.path[1]]
    half, whole = (model.play(pair.path[0], "--blend", x, *reference) for x in ("0.5", "1"))
    decoded = [model.play(path, detail="0") for path in pair.path]
    return blend_rows(pair, half, whole, decoded)


def measure_morph(pair):
    """Log spectra halfway and at the reference's, level apart, with the input's phases."""
    logs = [np.log(np.abs(spectra(pad(sound))) + 1e-6) for sound in pair.sound]
    logs[1] += logs[0].mean(1, keepdims=True) - logs[1].mean(1, keepdims=True)
    morphed = [
        change_spectra(
            pair.sound[0], lambda x, share=share: x * np.exp(share * (logs[1] - logs[0]))
        )
        for share in (0.5, 1.0)
    ]
    return blend_rows(pair, *morphed, [])


def pad(sound):
    """As change_spectra() does."""
    silence = np.zeros(2048)
    return np.concatenate([silence, sound, silence])


def equaliser_of(sound, source):
    """The source through the static equaliser that brings it nearest to the sound."""
    x, y = spectra(pad(source)), spectra(pad(sound))
    gain = (x.conj() * y).sum(0).real / ((np.abs(x) ** 2).sum(0) + 1e-12)
    return change_spectra(source, lambda frames: frames * gain)


def measure_scale(model, pair):
    sound = model.play(pair.path[0], "--scale", "0.5")
    return {
        "scale 0.5, gain": snr_of_fit(sound, pair.sound[0]),
        "scale 0.5, equaliser": snr_of_fit(sound, equaliser_of(sound, pair.sound[0])),
    }


def measure_decoded(model, pair):
    sound = model.play(pair.path[0], detail="0")
    return {
        "detail 0, envelope": correlation(envelope(sound), envelope(pair.sound[0])),
        "detail 0, distance": distance(levels(sound), pair.level[0]),
    }


def measure_controls(model, pair):
    rows, before = {}, loudness(pair.sound[0])
    for control in CONTROLS:
        options = control.split() + ([pair.path[1]] if control.endswith("--reference") else [])
        if not model.spectral and any(word in control for word in ("axis", "match", "sound")):
            continue
        name = control.replace("--reference", "").strip().lstrip("-")
        rows[f"loudness {name}"] = loudness(model.play(pair.path[0], *options)) - before
    return rows


def measure_axes(model, pair):
    changes, rows = [], {}
    for axis in (1, 2, 3, 4):
        moved = levels(model.play(pair.path[0], f"--axis{axis}", "2"))
        rows[f"axis {axis}"] = distance(moved, pair.level[0])
        changes.append((moved - pair.level[0][: len(moved)]).mean(0))
    units = [change / (np.linalg.norm(change) + 1e-12) for change in changes]
    for a in range(4):
        for b in range(a):
            rows[f"axes {b + 1} and {a + 1}"] = abs(float(units[a] @ units[b]))
    return rows


def measure_match(model, pair):
    """How much of the distance between the long-term spectra is left, in the second half."""
    sound = model.play(pair.path[0], "--match", "1", "--reference", pair.path[1])
    half = len(pair.level[0]) // 2
    reference = apart(pair.level[1]).mean(0)
    before = apart(pair.level[0])[half:].mean(0) - reference
    after = apart(levels(sound))[half:].mean(0) - reference
    return {"match 1, left": float(np.linalg.norm(after) / np.linalg.norm(before))}


def measure_pair(work):
    player, pair, call = work
    if isinstance(player, Model):
        rows = {**measure_noise(player, pair, call), **measure_blend(player, pair)}
        measure_silence(player, pair, rows, call.drift)
        rows.update(measure_scale(player, pair))
        rows.update(measure_decoded(player, pair))
        rows.update(measure_controls(player, pair))
        if player.spectral:
            rows.update(measure_axes(player, pair))
            rows.update(measure_match(player, pair))
        return rows
    mix = pair.sound[0] + pair.sound[1]
    mixed = {f"mix, {k}": v for k, v in blend_rows(pair, mix, None, []).items()}
    return {**measure_noise(player, pair, call), **measure_morph(pair), **mixed}


# ---- The table ----

# Row, what is asked, format, which pair is the worst, and the text.
TABLE = [
    ("noise {}, envelope", {"each frame": "> 0.8", "drifting": "> 0.65"}, ".2f", min,
     "noise {}, LSD 3 dB: the change's envelope with the music's"),
    ("noise {}, chroma", {"": "> 0.96"}, ".3f", min, "noise {}: chroma cosine"),
    ("noise {}, level", {"": "within 1"}, "+.1f", None, "noise {}: level, dB"),
    ("noise {}, same", {"": "< 0.3"}, ".2f", max, "noise {}: same seed, two inputs"),
    ("noise {}, silence", {"": "> 40"}, ".0f", min, "noise {}: silence is changed less by, dB"),
    ("blend 0.5, input", "<= 0.75", ".2f", max, "blend 0.5: LSD to the input, of d"),
    ("blend 0.5, reference", "<= 0.75", ".2f", max, "blend 0.5: LSD to the reference, of d"),
    ("blend 1, reference", "<= 0.65", ".2f", max, "blend 1: LSD to the reference, of d"),
    ("blend 0.5, mix", "< 8", ".1f", max, "blend 0.5: SNR against the best mix, dB"),
    ("scale 0.5, gain", "< 10", ".1f", max, "scale 0.5: SNR against a plain gain, dB"),
    ("scale 0.5, equaliser", "", ".1f", max, "scale 0.5: SNR against the best equaliser, dB"),
    ("detail 0, envelope", "> 0.9", ".2f", min, "Detail 0: envelope with the input's"),
    ("detail 0, distance", "", ".1f", max, "Detail 0: LSD to the input, dB"),
    ("loudness", "<= 3", ".1f", max, "one control alone moves loudness by, dB"),
    ("axes", ">= 3", ".1f", min, "Axis 1 to 4 at 2: LSD, dB"),
    ("directions", "", ".2f", max, "Axis 1 to 4: cosine of two directions"),
    ("match 1, left", "", ".2f", max, "Match 1: long-term distance to the reference, left of 1"),
]


def expand(table):
    """A row for each kind of noise."""
    for key, asked, form, worst, text in table:
        if "{}" not in key:
            yield key, asked, form, worst, text
            continue
        for kind in NOISES:
            goal = asked.get(kind, asked.get("", "")) if kind != "follows" else ""
            yield key.format(kind), goal, form, worst, text.format(kind)


def add_same_noise(pairs_rows):
    """Each pair's change against the next one's, which had the same seed."""
    for kind in NOISES:
        key = f"noise {kind}, change"
        if key not in pairs_rows[0]:
            continue
        for number, rows in enumerate(pairs_rows):
            other = pairs_rows[(number + 1) % len(pairs_rows)]
            rows[f"noise {kind}, same"] = abs(correlation(rows[key], other[key]))


def farthest(values):
    return max(values, key=abs)


def cell(pairs_rows, key, form, worst):
    if key == "loudness":
        moved = {k: [rows[k] for rows in pairs_rows] for k in pairs_rows[0] if k.startswith(key)}
        if not moved:
            return ""
        mean = max(abs(np.mean(values)) for values in moved.values())
        most = max(moved, key=lambda k: max(map(abs, moved[k])))
        name = most.replace("loudness ", "").strip()
        return f"{mean:.1f} ({farthest(moved[most]):+.1f}: {name})"
    if key in ("axes", "directions"):
        start = "axis " if key == "axes" else "axes "
        found = [k for k in pairs_rows[0] if k.startswith(start)]
        means = [np.mean([rows[k] for rows in pairs_rows]) for k in found]
        if not means:
            return ""
        every = [rows[k] for rows in pairs_rows for k in found]
        return f"{worst(means):{form}} ({worst(every):{form}})"
    values = [rows[key] for rows in pairs_rows if key in rows]
    if not values:
        return ""
    if "silence" in key and min(values) >= UNCHANGED:
        return "no change"
    return f"{np.mean(values):{form}} ({(worst or farthest)(values):{form}})"


def print_table(names, results):
    print("| | asked | " + " | ".join(names) + " |\n|---" + "|---" * (len(names) + 1) + "|")
    for key, asked, form, worst, text in expand(TABLE):
        cells = [cell(rows, key, form, worst) for rows in results]
        print(f"| {text} | {asked} | " + " | ".join(cells) + " |")


def print_controls(name, pairs_rows):
    print(f"\n{name}: loudness, dB, mean (the pair that moves most)")
    for key in (k for k in pairs_rows[0] if k.startswith("loudness")):
        values = [rows[key] for rows in pairs_rows]
        print(f"  {key[9:]:24} {np.mean(values):+.1f} ({farthest(values):+.1f})")


def print_mix(pairs_rows):
    found = {k[5:]: [rows[k] for rows in pairs_rows] for k in pairs_rows[0] if k[:4] == "mix,"}
    text = ", ".join(f"{k}: {np.mean(v):.2f}" for k, v in found.items() if k != "blend 0.5, mix")
    print(f"\na plain mix of input and reference: {text}")


def read_call():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("others")
    parser.add_argument("model", nargs="+")
    parser.add_argument("--pairs", default=os.path.join(here, "operation-pairs.txt"))
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--drift", type=float, default=20, help="Hz, of drifting noise")
    return parser.parse_args()


def main():
    call = read_call()
    with open(call.pairs, encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    with tempfile.TemporaryDirectory() as folder:
        pairs = [Pair(number, line, call.others, folder) for number, line in enumerate(lines)]
        players = [Model(path, folder) for path in call.model] + [Equaliser()]
        names = [os.path.splitext(os.path.basename(path))[0] for path in call.model]
        results = []
        with multiprocessing.Pool() as pool:
            for player in players:
                work = [(player, pair, call) for pair in pairs]
                results.append(pool.map(measure_pair, work, 1))
                add_same_noise(results[-1])
        print_table(names + ["rivals"], results)
        print_mix(results[-1])
        for name, rows in zip(names, results):
            print_controls(name, rows)


if __name__ == "__main__":
    main()
