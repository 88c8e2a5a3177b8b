"""Melodies."""
import math

from genres.catalog import QUALITIES, SCALES
from genres.score import Track, near


def write_melody(
    song,
    program,
    low,
    high,
    scale,
    step=0.5,
    density=0.7,
    leap=0.18,
    rest=0.25,
    stem="lead",
    volume=100,
    pan=64,
    bend=0.0,
    legato=0.9,
    start=0,
    end=None,
    chord_pull=0.7,
    thirds=0.0,
    reverb=60,
    restbars=0.15,
    trill=0.0,
):
    """Writes a line of motifs (A A B A); pitches walk the scale and lean on chord tones."""
    rng = song.rng
    t = Track(program, stem, volume, pan, reverb)
    end = song.length if end is None else end
    span = 2 * song.beats
    motifs = []
    for _ in range(3):
        motif, pos = [], 0.0
        while pos < span - 0.01:
            if rng.random() < density:
                d = rng.choice((step, step, step * 2, step * 2, step * 3, step * 4))
            else:
                d = rng.choice((step * 2, step * 4, step * 6))
            d = min(d, span - pos)
            if not (rng.random() < rest and pos > 0):
                motif.append((pos, d))
            pos += d
        motifs.append(motif)
    form = rng.choice(("AABA", "ABAC", "AABB", "ABAB"))
    scale_pcs = sorted((song.key + s) % 12 for s in SCALES[scale])
    ladder = [p for p in range(low, high + 1) if p % 12 in scale_pcs]
    i = len(ladder) // 2 + rng.randint(-2, 2)
    shapes = {}
    beat, n = start, 0
    while beat < end - 0.01:
        letter = form[n % 4]
        motif = motifs["ABC".index(letter)]
        if rng.random() < restbars:
            beat, n = beat + span, n + 1
            continue
        shape = shapes.setdefault((letter, n // 8), [rng.random() for _ in range(len(motif) * 2)])
        for k, (pos, d) in enumerate(motif):
            b = beat + pos
            if b >= end:
                break
            r = shape[2 * k]
            if r < leap:
                i += int(round((shape[2 * k + 1] - 0.5) * 10))
            else:
                i += (-2, -1, -1, 0, 1, 1, 2)[int(shape[2 * k + 1] * 6.999)]
            if i < 0:
                i = -i
            if i >= len(ladder):
                i = 2 * (len(ladder) - 1) - i
            i = max(0, min(len(ladder) - 1, i))
            p = ladder[i]
            strong = abs(b - round(b)) < 0.01
            root, quality = song.chord(b)
            tones = [(root + x) % 12 for x in QUALITIES[quality]]
            if p % 12 not in tones and rng.random() < (
                chord_pull if strong or d > 1 else chord_pull * 0.25
            ):
                p = min((near(pc, p) for pc in tones), key=lambda q: (abs(q - p), q))
            vel = rng.gauss(100 if strong else 88, 7)
            when = song.at(b) + song.human(0.015)
            if trill and d >= 1 and rng.random() < trill:
                up = ladder[min(i + 1, len(ladder) - 1)]
                q = 0
                while q < d * legato - 0.1:
                    t.add(when + q, 0.12, p if int(q / 0.125) % 2 == 0 else up, vel - 6)
                    q += 0.125
                continue
            t.add(when, d * legato, p, vel)
            if thirds and rng.random() < thirds:
                j = max(0, i - 2)
                t.add(when, d * legato, ladder[j], vel - 12)
            if bend and d >= 0.75 and rng.random() < bend:
                amt = rng.choice((-2, -1, -1))
                for s in range(6):
                    t.bends.append((when + s * 0.06, amt * (1 - s / 5)))
            elif bend and d >= 1.5:
                for s in range(12):
                    q = when + d * 0.4 + s * d * 0.04
                    t.bends.append((q, 0.25 * math.sin(s * math.pi / 2)))
                t.bends.append((when + d * 0.9, 0))
        beat, n = beat + span, n + 1
    return t
