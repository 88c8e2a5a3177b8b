"""Chords: keyboards and guitars."""
from genres.catalog import QUALITIES
from genres.score import Track, chord_pitches


def write_comp(song, style, program, stem="main", volume=80, low=52, pan=None, reverb=40):
    rng = song.rng
    t = Track(program, stem, volume, rng.randint(30, 98) if pan is None else pan, reverb)
    stab = sorted(
        rng.sample([0, 0.5, 0.75, 1, 1.5, 1.75, 2, 2.5, 2.75, 3, 3.25, 3.5], rng.randint(2, 4))
    )
    stab2 = sorted(rng.sample([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], rng.randint(2, 4)))
    wah = [rng.random() < 0.5 for _ in range(16)]
    order = [rng.randrange(6) for _ in range(16)]
    double = rng.random() < 0.4
    for start, length, chord in song.segments():
        v = chord_pitches(chord, low, 4 if len(QUALITIES[chord[1]]) > 3 else 3)

        def strike(pos, dur, vel, pitches=v, roll=0.0):
            if pos < length - 0.01:
                for k, p in enumerate(pitches):
                    t.add(
                        song.at(start + pos) + k * roll + song.human(0.006),
                        min(dur, length - pos),
                        p,
                        rng.gauss(vel, 4),
                    )

        if style == "pad":
            strike(0, length * 0.98, 74)
        elif style == "skank":
            for b in (1, 3):
                strike(b, 0.28, 96)
                if double:
                    strike(b + 0.5, 0.2, 78)
        elif style == "offbeat":
            for b in range(4):
                strike(b + 0.5, 0.25, 92)
        elif style == "bubble":
            for b in range(4):
                strike(b + 0.5, 0.22, 84, v[:2])
                strike(b + 0.75, 0.12, 60, v[2:])
        elif style == "strum8":
            up = list(reversed(v))
            full = [v[0] - 12] + v
            for i in range(8):
                if i in (1,):
                    continue
                strike(i * 0.5, 0.5, 88 if i % 4 == 0 else 72, full if i % 2 == 0 else up, 0.018)
        elif style == "piano8":
            for i in range(8):
                strike(i * 0.5, 0.45, 84 if i % 4 == 0 else 70)
        elif style == "piano4":
            for i in range(4):
                strike(i, 0.85, 84 if i % 2 == 0 else 74)
        elif style in ("arp8", "arp16"):
            step = 0.5 if style == "arp8" else 0.25
            notes = v + [v[0] + 12, v[1] + 12]
            for i in range(int(length / step)):
                p = notes[order[i % 16] % len(notes)] if double else notes[i % len(notes)]
                strike(i * step, step * 1.5, 80 if i % 4 == 0 else 68, [p])
        elif style == "stabs":
            for s in stab if int(start // song.beats) % 2 == 0 else stab2:
                strike(s, 0.22, 94)
        elif style == "wah16":
            for i in range(16):
                if wah[i]:
                    strike(i * 0.25, 0.12 if i % 4 else 0.22, 92 if i % 4 == 2 else 76, v[-3:])
        elif style == "rhodes":
            strike(0, 1.4, 84)
            for s in stab2[:2]:
                if s >= 1.5:
                    strike(s, 0.6, 74)
        elif style == "charleston":
            strike(0, 0.5, 82)
            strike(1.5, 0.35, 86)
            if rng.random() < 0.4:
                strike(3.5, 0.35, 78)
        elif style == "strings":
            top = v[-1] + 12
            strike(0, length * 0.9, 78, [top, v[0] + 12])
            if rng.random() < 0.35:
                for k in range(8):
                    strike(length - 2 + k * 0.25, 0.25, 84, [top - (7 - k)])
    return t


def write_power(song, style, stem="gtr", tune=0, double=True):
    """Power-chord riff: returns guitars and the bass that follows them."""
    rng = song.rng
    program = rng.choice((29, 30, 30))
    left = Track(program, stem, 96, 22, 10)
    right = Track(rng.choice((29, 30)), stem, 94, 106, 10)
    mute = Track(28, stem, 110, 64, 0)
    bass = Track(rng.choice((33, 34, 34)), "main", 100, 64, 0)
    if style == "gallop":
        cell = [(0, 0.5, 1), (0.5, 0.25, 0), (0.75, 0.25, 0)]
    elif style == "chug8":
        cell = [(0, 0.5, 1), (0.5, 0.5, 0)]
    elif style == "chug16":
        cell = [(0, 0.25, 1), (0.25, 0.25, 0), (0.5, 0.25, 0), (0.75, 0.25, 0)]
    elif style == "trem":
        cell = [(i * 0.25, 0.25, 1) for i in range(4)]
    else:  # ring: long chords
        cell = None
    motif = []
    for bar in range(2):
        pos = 0.0
        while pos < song.beats - 0.01:
            if style == "ring":
                d = rng.choice((1, 2, 4)) if pos == 0 else rng.choice((0.5, 1, 1.5, 2))
                d = min(d, song.beats - pos)
                motif.append((bar * song.beats + pos, d, 1, 0))
                pos += d
            elif cell and rng.random() < 0.72:
                for p, d, a in cell:
                    motif.append(
                        (
                            bar * song.beats + pos + p,
                            d,
                            a if p == 0 and rng.random() < 0.5 else (1 if style == "trem" else 0),
                            0,
                        )
                    )
                pos += 1
            else:
                pattern = rng.choice(
                    (
                        [(0, 0.5, 1), (0.5, 0.5, 1)],
                        [(0, 0.75, 1), (0.75, 0.25, 0)],
                        [(0, 0.25, 0), (0.25, 0.25, 0), (0.5, 0.5, 1)],
                        [(0, 1, 1)],
                    )
                )
                shift = rng.choice((0, 0, 0, 1, 3, 5, 6, -2)) if style != "trem" else 0
                for p, d, a in pattern:
                    motif.append((bar * song.beats + pos + p, d, a, shift))
                pos += 1
    low = 40 + tune
    for start in range(0, int(song.length), int(2 * song.beats)):
        for pos, dur, accent, shift in motif:
            beat = start + pos
            if beat >= song.length:
                break
            root = low + (song.chord(beat)[0] - low) % 12
            if root > low + 9:
                root -= 12 if root - 12 >= low - 2 else 0
            root += shift
            for t, off in ((left, 0.0), (right, rng.uniform(0.004, 0.02))):
                if not double and t is right:
                    continue
                if accent:
                    for k, p in enumerate((root, root + 7, root + 12)):
                        t.add(beat + off + song.human(0.004), dur * 0.96, p, rng.gauss(108, 5))
                else:
                    t.add(beat + off + song.human(0.004), dur * 0.55, root, rng.gauss(94, 6))
            if not accent:
                for p in (root, root + 7):
                    mute.add(beat, dur * 0.7, p, rng.gauss(112, 5))
            bass.add(beat, dur * 0.9, root - 12, rng.gauss(104, 4))
    return [left, right, mute] if double else [left, mute], bass
