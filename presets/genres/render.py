"""From a score to sound."""
import array
import math
import os
import sys
import wave

from genres.arrange import arrange
from genres.midi import write_midi
from genres.plan import MASTER
from genres.tools import SECONDS, TPQ, f, run
from genres.voices import VRATE, make_vocals


def noise_file(rng, path, seconds, kind):
    """White noise or crackle, 16-bit mono raw at 22050."""
    n = int(seconds * VRATE)
    if kind == "hiss":
        data = rng.randbytes(2 * n)
    else:
        a = array.array("h", bytes(2 * n))
        rate = rng.uniform(8, 60)
        pos = 0
        while True:
            pos += int(rng.expovariate(rate) * VRATE) + 1
            if pos >= n - 12:
                break
            amp = min(1.0, rng.paretovariate(1.6) * 0.05) * 30000 * rng.choice((-1, 1))
            for k in range(rng.randint(2, 11)):
                a[pos + k] = int(amp * 0.6**k * (1 if k % 2 == 0 else -0.7))
        period = int(VRATE * 60 / rng.choice((33.333, 45, 78)))
        for p in range(rng.randrange(period), n - 40, period):  # the scratch that comes round
            for k in range(30):
                a[p + k] = max(
                    -32000, min(32000, a[p + k] + int(12000 * 0.85**k * (1 if k % 3 else -1)))
                )
        data = a.tobytes()
    with open(path, "wb") as fh:
        fh.write(data)


def stem_chain(genre, stem, rng, plan):
    """sox effects for a stem (44.1 or 48 kHz stereo float)."""
    fx = []
    if stem == "gtr":
        if genre == "metal":
            fx = [
                "highpass",
                f(rng.uniform(70, 120)),
                "norm",
                "-3",
                "overdrive",
                f(rng.uniform(14, 34)),
                f(rng.uniform(5, 30)),
                "lowpass",
                f(rng.uniform(4200, 7500)),
                "equalizer",
                f(rng.uniform(500, 900)),
                "1q",
                f(rng.uniform(-7, 1)),
                "equalizer",
                f(rng.uniform(2200, 3800)),
                "1q",
                f(rng.uniform(0, 6)),
            ]
        elif genre in ("rock", "blues"):
            fx = [
                "highpass",
                "90",
                "norm",
                "-3",
                "overdrive",
                f(rng.uniform(2, 22)),
                f(rng.uniform(5, 30)),
                "lowpass",
                f(rng.uniform(3600, 6500)),
                "equalizer",
                f(rng.uniform(700, 2500)),
                "1q",
                f(rng.uniform(0, 5)),
            ]
            if rng.random() < 0.2:
                fx += ["tremolo", f(rng.uniform(3, 7)), f(rng.uniform(20, 60))]
            if rng.random() < 0.2:
                fx += ["chorus", ".7", ".9", "45", ".3", ".3", "1.8", "-s"]
        elif genre == "reggae":
            d = 60000 / plan["tempo"] * rng.choice((1, 1.5, 2))
            fx = ["highpass", f(rng.uniform(150, 350))]
            if rng.random() < 0.6:
                fx += [
                    "echos",
                    ".8",
                    ".7",
                    f(d),
                    f(rng.uniform(0.2, 0.5)),
                    f(d * 2),
                    f(rng.uniform(0.1, 0.3)),
                ]
        elif genre == "disco":
            fx = (
                ["phaser", ".8", ".74", "3", ".4", f(rng.uniform(0.3, 1.2)), "-t"]
                if rng.random() < 0.6
                else ["highpass", "200"]
            )
    elif stem == "drums":
        if rng.random() < 0.5:
            fx = ["compand", ".003,.12", "6:-60,-50,-30,-14,-12,-6,0,-2", "0"]
        if rng.random() < 0.4:
            fx += ["lowpass", f(rng.uniform(4500, 9000))]
        if rng.random() < 0.3:
            fx += ["overdrive", f(rng.uniform(2, 8)), "10"]
    elif stem == "vox":
        fx = [
            "highpass",
            "110",
            "compand",
            ".005,.1",
            "6:-60,-40,-30,-16,-10,-8,0,-5",
            "0",
            "treble",
            f(rng.uniform(-2, 5)),
        ]
        if plan["vocal"]["kind"] == "growl":
            fx += [
                "pitch",
                f(rng.uniform(-500, -150)),
                "overdrive",
                f(rng.uniform(18, 36)),
                "20",
                "lowpass",
                "5000",
            ]
        if rng.random() < 0.4:
            d = 60000 / plan["tempo"] * rng.choice((0.5, 0.75, 1))
            fx += ["echo", ".8", ".7", f(min(d, 900)), f(rng.uniform(0.15, 0.4))]
        if rng.random() < 0.35:
            fx += ["chorus", ".7", ".9", "40", ".35", ".25", "1.5", "-s"]
        fx += ["reverb", f(rng.uniform(15, 55)), "50", f(rng.uniform(30, 90))]
    return fx


def render(plan, out_wav, rate, channels, tmp, soundfont, vocals=True, effects=True):
    rng, genre = plan["rng"], plan["genre"]
    stems, tempos, song, line = arrange(plan, tmp)
    srate = {22050: "32000", 44100: "44100", 48000: "48000"}[rate]

    def tempo_at(beat):
        tick, now, sec = beat * TPQ, 0, 0.0
        for i, (t0, bpm) in enumerate(tempos):
            t1 = tempos[i + 1][0] if i + 1 < len(tempos) else 1 << 40
            if tick <= t0 and i:
                break
            sec += (min(tick, t1) - t0) / TPQ * 60 / bpm
            if tick <= t1:
                break
        return sec

    room = {
        "classical": (0.5, 0.95),
        "jazz": (0.25, 0.6),
        "metal": (0.1, 0.4),
        "hiphop": (0.1, 0.4),
    }.get(genre, (0.15, 0.6))
    rev = [
        "-o",
        "synth.reverb.room-size=" + f(rng.uniform(*room)),
        "-o",
        "synth.reverb.damp=" + f(rng.uniform(0.1, 0.8)),
        "-o",
        "synth.reverb.width=" + f(rng.uniform(0.3, 1)),
        "-o",
        "synth.reverb.level=" + f(rng.uniform(0.2, 0.9)),
    ]
    files, ch = [], str(channels)
    mono = ["remix", "-"] if channels == 1 else []
    for name in sorted(stems):
        mid, raw = os.path.join(tmp, name + ".mid"), os.path.join(tmp, name + ".f32")
        write_midi(mid, stems[name], tempos, song.length * TPQ)
        dry = name == "gtr" and genre in ("metal", "rock")
        run(
            [
                "fluidsynth",
                "-ni",
                "-q",
                "-g",
                "0.4",
                "-r",
                srate,
                "-R",
                "0" if dry else "1",
                "-C",
                "0" if dry else "1",
                "-O",
                "float",
                "-T",
                "raw",
                "-F",
                raw,
            ]
            + rev
            + [soundfont, mid]
        )
        src = ["-t", "f32", "-r", srate, "-c", "2", raw]
        fx = stem_chain(genre, name, rng, plan) if effects else []
        if fx or len(stems) > 1:
            dst = os.path.join(tmp, name + ".2.f32")
            run(["sox", "-R", "-V1"] + src + ["-t", "f32", dst] + mono + fx + ["norm", "-6"])
            src = ["-t", "f32", "-r", srate, "-c", ch, dst]
        files.append((name, src))
    weights = {
        "main": 1.0,
        "gtr": rng.uniform(0.35, 0.7) if genre in ("metal",) else rng.uniform(0.25, 0.6),
        "drums": rng.uniform(0.7, 1.1),
    }
    level = plan["vocal"]["kind"] if plan["vocal"] else ""
    inputs, seconds = [], song.length * 60 / plan["tempo"]
    for name, src in files:
        inputs += ["-v", f(weights[name])] + src
    count = len(files)
    if plan["vocal"] and vocals:
        path = make_vocals(plan, song, line, tmp, tempo_at)
        dst = os.path.join(tmp, "vox.f32")
        run(
            [
                "sox",
                "-R",
                "-V1",
                "-t",
                "f32",
                "-r",
                str(VRATE),
                "-c",
                "1",
                path,
                "-t",
                "f32",
                "-r",
                srate,
                dst,
                "norm",
                "-4",
            ]
            + stem_chain(genre, "vox", rng, plan)
            + ["rate", srate, "remix"]
            + ["1"] * channels
            + ["norm", "-6"]
        )
        if count == 1:  # one untouched stem: bring it to the same reference level first
            only = os.path.join(tmp, "only.f32")
            run(["sox", "-R", "-V1"] + files[0][1] + ["-t", "f32", only] + mono + ["norm", "-6"])
            inputs = ["-v", "1", "-t", "f32", "-r", srate, "-c", ch, only]
        inputs += [
            "-v",
            f(rng.uniform(0.28, 0.62) if level != "growl" else rng.uniform(0.22, 0.45)),
            "-t",
            "f32",
            "-r",
            srate,
            "-c",
            ch,
            dst,
        ]
        count += 1
    drive, peak, lofi, vinyl, hiss, treble, bass = MASTER[genre]
    chain, tags = ["norm", "-3"], []
    if count == 1:
        chain = mono + chain
    if effects:
        chain += [
            "highpass",
            f(rng.uniform(20, 45)),
            "bass",
            f(rng.uniform(*bass)),
            "treble",
            f(rng.uniform(*treble)),
            "equalizer",
            f(math.exp(rng.uniform(math.log(250), math.log(5000)))),
            f(rng.uniform(0.6, 1.6)) + "q",
            f(rng.uniform(-5, 5)),
        ]
        if rng.random() < lofi:
            tags.append("lofi")
            chain += ["highpass", f(rng.uniform(70, 220)), "lowpass", f(rng.uniform(2800, 7500))]
        if rng.random() < (0.35 if genre in ("classical", "jazz", "blues") else 0.15):
            tags.append("room")
            chain += [
                "reverb",
                f(rng.uniform(20, 80)),
                f(rng.uniform(20, 80)),
                f(rng.uniform(30, 100)),
                "100",
                "0",
                f(rng.uniform(-9, -3)),
            ]
        push = rng.uniform(*drive)
        if push > 0.5:
            chain += [
                "norm",
                "-1",
                "compand",
                ".004,.14",
                "6:-70,-62,-40,-%s,-20,-%s,-8,-5,0,-2.5" % (f(40 - push * 1.2), f(20 - push * 0.9)),
                "0",
                "gain",
                "-n",
                "-1",
                "gain",
                "-l",
                f(push * 0.6),
            ]
    if plan["speed"] != 1.0:
        chain += ["speed", f(plan["speed"])]
    beds = []
    if effects:
        for kind, chance in (("vinyl", vinyl), ("hiss", hiss)):
            if rng.random() < chance:
                tags.append(kind)
                path = os.path.join(tmp, kind + ".raw")
                noise_file(rng, path, SECONDS + 6, kind)
                db = rng.uniform(-38, -22) if kind == "vinyl" else rng.uniform(-68, -46)
                beds += ["-v", f(10 ** (db / 20)), "-t", "s16", "-r", str(VRATE), "-c", "1", path]
    chain += ["rate", "-h", str(rate)]
    chain += ["trim", f(plan["offset"]), str(SECONDS + 1)]
    final = ["-b", "16", "-e", "signed-integer"]
    level_db = f(rng.uniform(*peak))
    src = (["-m"] if count > 1 else []) + inputs
    if beds:
        dry = os.path.join(tmp, "dry.f32")
        run(["sox", "-R", "-V1"] + src + ["-t", "f32", dry] + chain + ["norm", "-3"])
        bed = os.path.join(tmp, "bed.f32")
        run(
            ["sox", "-R", "-V1"]
            + (["-m"] if beds.count("-v") > 1 else [])
            + beds
            + [
                "-t",
                "f32",
                "-r",
                str(rate),
                "-c",
                str(channels),
                bed,
                "lowpass",
                f(rng.uniform(4000, 10000)),
                "rate",
                str(rate),
            ]
        )
        run(
            [
                "sox",
                "-R",
                "-V1",
                "-m",
                "-v",
                "1",
                "-t",
                "f32",
                "-r",
                str(rate),
                "-c",
                str(channels),
                dry,
                "-v",
                "1",
                "-t",
                "f32",
                "-r",
                str(rate),
                "-c",
                str(channels),
                bed,
            ]
            + final
            + [out_wav, "trim", "0", str(SECONDS), "norm", level_db]
        )
    else:
        run(
            ["sox", "-R", "-V1"]
            + src
            + final
            + [out_wav]
            + chain
            + ["trim", "0", str(SECONDS), "norm", level_db]
        )
    plan["tags"] = tags
    plan["peak_db"] = level_db
    return out_wav


def check(path, rate, channels):
    """-> (peak, rms) or raises."""
    with wave.open(path) as w:
        if (w.getframerate(), w.getnchannels(), w.getsampwidth()) != (rate, channels, 2):
            raise RuntimeError("wrong format")
        if w.getnframes() != SECONDS * rate:
            raise RuntimeError("wrong length: %d frames" % w.getnframes())
        a = array.array("h")
        a.frombytes(w.readframes(w.getnframes()))
    if sys.byteorder == "big":
        a.byteswap()
    peak = max(max(a), -min(a))
    sub = a[::7]
    rms = math.sqrt(sum(x * x for x in sub) / len(sub))
    if peak >= 32767:
        raise RuntimeError("clipped")
    block = max(1, len(sub) // SECONDS)
    quiet = 0
    for i in range(0, len(sub) - block + 1, block):
        s = sub[i : i + block]
        if math.sqrt(sum(x * x for x in s) / len(s)) < 8:
            quiet += 1
    if rms < 60 or quiet > 2:
        raise RuntimeError("too quiet: rms %.0f, %d silent seconds" % (rms, quiet))
    return peak / 32768, rms / 32768
