"""Classical textures."""
import math

from genres.catalog import QUALITIES
from genres.comp import write_comp
from genres.melody import write_melody
from genres.score import Track, chord_pitches, near


def classical_texture(song, style):
    """Returns tracks; no drums."""
    rng, out = song.rng, []
    scale = "harm" if song.minor else "major"
    seg = list(song.segments())
    if style == "quartet":
        kind = rng.choice(("quartet", "orchestra", "winds", "brass", "choir"))
        progs = {
            "quartet": (40, 40, 41, 42),
            "orchestra": (48, 48, 48, 43),
            "winds": (73, 68, 71, 70),
            "brass": (56, 60, 57, 58),
            "choir": (52, 52, 52, 19),
        }[kind]
        lows = (69, 62, 55, 43)
        voices = [
            Track(p, "main", 100 if i == 0 else 84, (40, 54, 74, 90)[i], 70)
            for i, p in enumerate(progs)
        ]
        prev = [76, 67, 60, 48]
        for start, length, chord in seg:
            tones = [(chord[0] + x) % 12 for x in QUALITIES[chord[1]]]
            for i in range(1, 4):
                p = (
                    near(chord[0], prev[i])
                    if i == 3
                    else min(
                        (near(pc, prev[i]) for pc in tones),
                        key=lambda q: abs(q - prev[i]) + abs(q - lows[i]) * 0.2,
                    )
                )
                prev[i] = p if abs(p - lows[i]) < 12 else near(p % 12, lows[i])
                parts = rng.choice((1, 1, 2)) if i < 3 else rng.choice((1, 2, 4))
                for k in range(parts):
                    voices[i].add(
                        start + k * length / parts + song.human(0.02),
                        length / parts * 0.97,
                        prev[i],
                        rng.gauss(78, 5),
                    )
        lead = write_melody(
            song,
            progs[0],
            67,
            86,
            scale,
            0.5,
            0.55,
            0.15,
            0.12,
            "main",
            104,
            44,
            legato=0.98,
            chord_pull=0.85,
            trill=0.05,
            restbars=0.08,
        )
        out = [lead] + voices[1:]
    elif style == "alberti":
        prog = rng.choice((0, 0, 0, 1, 6))
        lh = Track(prog, "main", 84, 54, 40)
        for start, length, chord in seg:
            v = chord_pitches(chord, 48, 3)
            for k in range(int(length * 2)):
                lh.add(
                    start + k * 0.5 + song.human(0.008),
                    0.5,
                    v[(0, 2, 1, 2)[k % 4]],
                    rng.gauss(64, 4),
                )
        out = [
            lh,
            write_melody(
                song,
                prog,
                67,
                91,
                scale,
                rng.choice((0.25, 0.5)),
                0.7,
                0.2,
                0.12,
                "main",
                108,
                74,
                legato=0.85,
                chord_pull=0.8,
                trill=0.12,
            ),
        ]
    elif style == "baroque":
        solo = rng.choice((6, 40, 73, 68, 74, 56))
        cont, bass = Track(6, "main", 80, 70, 40), Track(rng.choice((42, 70)), "main", 92, 64, 40)
        strings = Track(48, "main", 70, 50, 60)
        for start, length, chord in seg:
            root = 36 + chord[0] % 12
            for k in range(int(length * 2)):
                bass.add(
                    start + k * 0.5,
                    0.42,
                    root + (0, 12, 7, 12)[k % 4] if rng.random() < 0.5 else root,
                    rng.gauss(88, 4),
                )
            v = chord_pitches(chord, 55, 3)
            for k in range(int(length)):
                for n, p in enumerate(v):
                    cont.add(start + k + n * 0.02, 0.5, p, rng.gauss(76, 5))
            for p in v:
                strings.add(start, length * 0.95, p, 66)
        out = [
            bass,
            cont,
            strings,
            write_melody(
                song,
                solo,
                67,
                89,
                scale,
                0.25,
                0.85,
                0.2,
                0.08,
                "main",
                106,
                60,
                legato=0.8,
                chord_pull=0.75,
                trill=0.1,
                restbars=0.1,
            ),
        ]
    elif style == "romantic":
        lh = Track(0, "main", 84, 52, 60)
        for start, length, chord in seg:
            root = 36 + (chord[0] - 36) % 12
            v = [root, root + 7] + chord_pitches(chord, root + 12, 3)
            n = int(length * rng.choice((2, 3)))
            for k in range(n):
                lh.add(
                    start + k * length / n + song.human(0.012),
                    length / n * 2.2,
                    v[k % len(v)],
                    rng.gauss(58 + 10 * math.sin(start / 9), 5),
                )
            lh.controls += [(start + 0.05, 64, 127), (start + length - 0.05, 64, 0)]
        out = [
            lh,
            write_melody(
                song,
                0,
                69,
                92,
                scale,
                0.5,
                0.45,
                0.25,
                0.15,
                "main",
                110,
                76,
                legato=1.0,
                chord_pull=0.8,
                thirds=0.15,
                trill=0.08,
            ),
        ]
        if rng.random() < 0.3:
            out.append(write_comp(song, "pad", 48, "main", 56, 55, 64, 80))
    elif style == "fugue":
        prog = rng.choice((19, 19, 6, 20))
        subject = write_melody(
            song,
            prog,
            67,
            79,
            scale,
            rng.choice((0.25, 0.5)),
            0.75,
            0.2,
            0.08,
            "main",
            100,
            64,
            legato=0.95,
            end=song.beats * 2,
            restbars=0,
        )
        voices = [Track(prog, "main", 94, p, 70) for p in (50, 64, 78, 64)]
        span = song.beats * 2
        for vi, (delay, shift) in enumerate(((0, 0), (1, -7), (2, -12), (3, -24))):
            b = delay * span
            k = 0
            while b < song.length:
                sh = shift + (0, 2, -3, 5, -5)[k % 5] * (k > 0)
                for pos, d, p, v in subject.notes:
                    q = p + sh
                    tones = [
                        (song.chord(b + pos)[0] + x) % 12 for x in QUALITIES[song.chord(b + pos)[1]]
                    ]
                    if pos == int(pos) and q % 12 not in tones:
                        q = min((near(pc, q) for pc in tones), key=lambda z: abs(z - q))
                    voices[vi].add(b + pos, d, q, v)
                b += span
                k += 1
        out = voices
    elif style == "tutti":
        strings, brass = Track(rng.choice((48, 44, 49)), "main", 100, 50, 70), Track(
            rng.choice((61, 60)), "main", 92, 84, 70
        )
        low, timp, winds = (
            Track(43, "main", 104, 70, 60),
            Track(47, "main", 100, 64, 70),
            Track(73, "main", 84, 44, 70),
        )
        drive = rng.choice((1, 2, 4))
        for start, length, chord in seg:
            v = chord_pitches(chord, 55, 4)
            for k in range(int(length * drive)):
                for p in v:
                    strings.add(start + k / drive, 0.9 / drive, p, rng.gauss(84, 5))
            root = 36 + chord[0] % 12
            for k in range(int(length * 2)):
                low.add(start + k * 0.5, 0.45, root, rng.gauss(92, 5))
            if rng.random() < 0.6:
                for p in v[:3]:
                    brass.add(start, length * rng.choice((0.4, 0.9)), p, rng.gauss(96, 6))
            if rng.random() < 0.5:
                for k in range(8):
                    timp.add(start + length - 2 + k * 0.25, 0.3, 36 + song.key % 12, 60 + 6 * k)
        for t in (strings, brass, low, winds):
            a, b = rng.randint(60, 100), rng.randint(90, 127)
            period = rng.choice((16, 24, 32))
            t.controls += [
                (x * 2, 11, int(a + (b - a) * (0.5 - 0.5 * math.cos(2 * math.pi * x * 2 / period))))
                for x in range(int(song.length / 2))
            ]
        m = write_melody(
            song,
            rng.choice((48, 60, 56, 68)),
            67,
            86,
            scale,
            0.5,
            0.55,
            0.25,
            0.15,
            "main",
            112,
            56,
            legato=0.95,
            chord_pull=0.85,
        )
        for b, d, p, v in m.notes:
            winds.add(b, d, p + 12 if p < 80 else p, v - 8)
        out = [strings, brass, low, timp, winds, m]
    elif style == "guitar":
        g = Track(24, "main", 110, 60, 40)
        pat = [rng.choice((1, 2, 3, 2)) for _ in range(8)]
        for start, length, chord in seg:
            v = chord_pitches(chord, 52, 4)
            g.add(start, length, 40 + (chord[0] - 40) % 12, 92)
            for k in range(int(length * 2)):
                g.add(start + k * 0.5 + song.human(0.01), 1, v[pat[k % 8]], rng.gauss(72, 6))
        out = [
            g,
            write_melody(
                song,
                24,
                64,
                83,
                scale,
                0.5,
                0.4,
                0.2,
                0.3,
                "main",
                112,
                60,
                legato=1.0,
                chord_pull=0.85,
            ),
        ]
    elif style == "harp":
        h = Track(46, "main", 92, 50, 60)
        for start, length, chord in seg:
            v = [36 + chord[0] % 12] + chord_pitches(chord, 48, 3) + chord_pitches(chord, 60, 3)
            for k in range(int(length * 2)):
                h.add(start + k * 0.5, 1, v[k % len(v)], rng.gauss(76, 5))
        out = [
            h,
            write_comp(song, "pad", 48, "main", 62, 55, 70, 80),
            write_melody(
                song,
                rng.choice((73, 68, 71, 40)),
                69,
                88,
                scale,
                0.5,
                0.5,
                0.15,
                0.15,
                "main",
                108,
                60,
                legato=0.97,
                chord_pull=0.8,
                trill=0.06,
            ),
        ]
    return out
