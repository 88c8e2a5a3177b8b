"""Voices that sing and speak, by espeak-ng."""
import array
import math
import os
import subprocess
import sys

from genres.plan import GROWL, RAP, WORDS


VRATE = 22050


class Voice:
    def __init__(self, voice, accent, tmp):
        self.name, self.tmp, self.cache = accent + "+" + voice, tmp, {}

    def say(self, word, pitch=50, speed=120, flat=True):
        k = (word, pitch, speed, flat)
        if k not in self.cache:
            text = '<prosody range="0">%s</prosody>' % word if flat else word
            data = subprocess.run(
                [
                    "espeak-ng",
                    "-m",
                    "-v",
                    self.name,
                    "-p",
                    str(pitch),
                    "-s",
                    str(speed),
                    "--stdout",
                    text,
                ],
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
            ).stdout
            at = data.index(b"data") + 8
            a = array.array("h")
            a.frombytes(data[at : at + (len(data) - at) // 2 * 2])
            if sys.byteorder == "big":
                a.byteswap()
            loud = [i for i in range(0, len(a), 64) if abs(a[i]) > 400]
            self.cache[k] = a[max(0, loud[0] - 200) : loud[-1] + 400] if loud else a[:0]
        return self.cache[k]


def pitch_of(a, period=0):
    """Returns (pitch period in samples, centre) of the loudest stretch.

    The period is found by autocorrelation unless it is known.
    """
    if len(a) < 2400:
        return 0, 0
    best, centre = -1, 0
    for i in range(600, len(a) - 1600, 200):
        e = sum(abs(x) for x in a[i : i + 400 : 4])
        if e > best:
            best, centre = e, i
    if period:
        return period, centre
    seg = a[max(0, centre - 400) : centre + 1000]
    n = 640
    scores = []
    for lag in range(44, min(420, len(seg) - n)):
        scores.append((sum(seg[i] * seg[i + lag] for i in range(0, n, 2)), lag))
    if not scores:
        return 0, 0
    top = max(s for s, _ in scores)
    for s, lag in scores:  # the shortest lag that is nearly as good: avoids octave errors
        if s > 0.9 * top:
            j = [q for q in scores if abs(q[1] - lag) < 8]
            return max(j)[1], centre
    return 0, 0


def mix_in(buf, start, samples, gain=1.0):
    n = min(len(samples), len(buf) - start)
    if n > 0 and start >= 0:
        for i in range(n):
            buf[start + i] += samples[i] * gain


def sing_note(a, period, centre, freq, seconds, vib):
    """Stretch by looping pitch periods of the vowel, then resample to freq."""
    ratio = freq * period / VRATE  # source samples per output sample
    want = int(seconds * VRATE)
    need = int(want * ratio) + 2
    src = list(a)
    if need > len(src):
        loop = max(1, int(0.05 * VRATE / period)) * period
        c = min(max(centre, loop), len(src) - loop - 1)
        seg = src[c : c + loop]
        reps = (need - len(src)) // loop + 1
        src = src[:c] + seg * reps + src[c:]
    out, pos, n = [], 0.0, len(src) - 1
    step = 2 * math.pi * 5.3 / VRATE
    append = out.append
    for i in range(0, want, 64):
        r = ratio * (1 + vib * math.sin(step * i)) if i > 3000 else ratio
        if pos + 64 * r >= n:
            break
        for _ in range(min(64, want - i)):
            j = int(pos)
            x = src[j]
            append(x + (src[j + 1] - x) * (pos - j))
            pos += r
    m = min(900, len(out))
    for i in range(m):
        out[-1 - i] *= i / m
    return out


def make_vocals(plan, song, line, tmp, tempo_at):
    """-> path of raw mono float samples at VRATE, of any level."""
    rng, v = plan["rng"], plan["vocal"]
    voice = Voice(v["voice"], v["accent"], tmp)
    total = int(song.length * 60 / plan["tempo"] * VRATE) + VRATE
    buf = array.array("f", bytes(4 * total))
    if v["kind"] == "sing":
        words = [rng.choice(WORDS) for _ in range(rng.randint(8, 14))]
        known, periods = {}, {}
        for k, (beat, dur, pitch, vel) in enumerate(line.notes):
            freq = 440 * 2 ** ((pitch - 69) / 12)
            levels = (40, 70, 99)
            word = words[k % len(words)]
            # formants stay natural when the source pitch is close to the target
            lo, hi = (153, 298) if v["voice"][0] in "fl" else (82, 160)
            want = min(1.0, max(0.0, math.log(freq / lo) / math.log(hi / lo)))
            level = levels[min(2, int(want * 2.999))]
            if (word, level) not in known:
                a = voice.say(word, level, 110)
                known[word, level] = (a,) + pitch_of(a, periods.get(level, 0))
                if known[word, level][1]:
                    periods[level] = known[word, level][1]
            a, period, centre = known[word, level]
            if not period:
                continue
            start = int(tempo_at(beat) * VRATE)
            seconds = tempo_at(beat + dur) - tempo_at(beat)
            mix_in(
                buf,
                start,
                sing_note(a, period, centre, freq, min(seconds, 4.0), 0.006),
                0.6 + vel / 300,
            )
    elif v["kind"] in ("rap", "growl", "talk"):
        pool = {"rap": RAP, "growl": GROWL, "talk": WORDS}[v["kind"]]
        lex = [rng.choice(pool) for _ in range({"rap": 26, "growl": 10, "talk": 14}[v["kind"]])]
        pitch = {
            "rap": rng.randint(25, 60),
            "growl": rng.randint(0, 12),
            "talk": rng.randint(30, 60),
        }[v["kind"]]
        speed = {
            "rap": rng.randint(190, 260),
            "growl": rng.randint(90, 140),
            "talk": rng.randint(140, 180),
        }[v["kind"]]
        step = 0.5 if plan["tempo"] < 112 else 1.0
        if v["kind"] == "growl":
            step *= 2
        bars = len(song.bars)
        pattern = [
            rng.random() < {"rap": 0.82, "growl": 0.5, "talk": 0.55}[v["kind"]]
            for _ in range(int(song.beats / step) * 2)
        ]
        k, hook = 0, rng.randint(3, 6)
        for b in range(bars):
            if (b // 4) % 4 == 3 and v["kind"] != "rap" or rng.random() < 0.06:
                continue
            for i in range(int(song.beats / step)):
                if not pattern[(b % 2) * int(song.beats / step) + i]:
                    continue
                word = lex[k % hook] if (b // 4) % 3 == 2 else lex[k % len(lex)]
                k += 1
                a = voice.say(
                    word,
                    pitch + rng.choice((0, 0, 5)) if v["kind"] == "rap" else pitch,
                    speed,
                    v["kind"] == "growl",
                )
                start = int(tempo_at(song.at(b * song.beats + i * step)) * VRATE)
                cut = a[: int(step * 1.9 * 60 / plan["tempo"] * VRATE)]
                mix_in(buf, start, cut, 1.0 if i % 2 == 0 else 0.8)
    path = os.path.join(tmp, "voice.f32")
    with open(path, "wb") as fh:
        array.array("f", (0.0,)).tofile(fh) if not buf else buf.tofile(fh)
    return path
