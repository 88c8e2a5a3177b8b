"""Drums of our own."""
from genres.score import Track


def own_drums(song, style):
    """Drum patterns that mma's library lacks. K36 S38 R37 HH42 OH46 CR49 RD51 CLAP39"""
    rng = song.rng
    t = Track(0, "main", 110, 64, 20, drums=True)
    hits = []  # (position in 2 bars, note, velocity)
    for bar in (0, 4):
        if style == "fourfloor":
            hits += [(bar + i, 36, 112) for i in range(4)] + [(bar + i, 38, 104) for i in (1, 3)]
            hits += [(bar + i + 0.5, 46, 92) for i in range(4)] + [
                (bar + i * 0.25, 42, 60) for i in range(16) if i % 4 != 2
            ]
            hits += [(bar + i, 39, 90) for i in (1, 3) if rng.random() < 0.6]
            if rng.random() < 0.5:
                hits += [(bar + i * 0.5, 54, 66) for i in range(8)]
        elif style == "boombap":
            kicks = [0] + rng.sample([0.75, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3.5], rng.randint(2, 3))
            hits += [(bar + k, 36, 116) for k in kicks] + [(bar + i, 38, 112) for i in (1, 3)]
            hits += [(bar + i * 0.5, 42, 84 if i % 2 == 0 else 64) for i in range(8)]
            if rng.random() < 0.5:
                hits.append((bar + 3.5, 46, 80))
        elif style == "trap":
            kicks = [0] + rng.sample([0.75, 1.25, 1.5, 2.5, 2.75, 3.25, 3.5], rng.randint(1, 3))
            hits += [(bar + k, 36, 118) for k in kicks] + [(bar + 2, 39, 112), (bar + 2, 38, 90)]
            for i in range(8):
                sub = rng.choice((1, 2, 2, 2, 3, 4))
                hits += [(bar + i * 0.5 + 0.5 * j / sub, 42, 92 - 10 * (j > 0)) for j in range(sub)]
        elif style == "doublekick":
            hits += [
                (bar + i * 0.25, 36, 108 if i % 4 == 0 else 96)
                for i in range(16)
                if rng.random() < 0.93
            ]
            hits += [(bar + i, 38, 118) for i in (1, 3)] + [(bar + i, 51, 100) for i in range(4)]
        elif style == "blast":
            hits += [(bar + i * 0.25, 36 if i % 2 == 0 else 38, 110) for i in range(16)]
            hits += [(bar + i * 0.5, 51, 92) for i in range(8)]
        elif style == "doom":
            hits += [(bar, 36, 118), (bar + rng.choice((1.5, 2.5)), 36, 108), (bar + 2, 38, 120)]
            hits += [(bar + i, 46 if i % 2 == 0 else 49, 88) for i in range(4)]
        elif style == "onedrop":
            hits += [(bar + 2, 36, 112), (bar + 2, 37, 110)] + [
                (bar + i * 0.5, 42, 88 if i % 2 == 0 else 66) for i in range(8)
            ]
            if rng.random() < 0.6:
                hits.append((bar + rng.choice((2.75, 3.5, 3.25)), 37, 80))
            if rng.random() < 0.4:
                hits.append((bar + 3.5, 46, 76))
        elif style == "steppers":
            hits += (
                [(bar + i, 36, 110) for i in range(4)]
                + [(bar + 2, 37, 110)]
                + [(bar + i * 0.5, 42, 86 if i % 2 else 66) for i in range(8)]
            )
        elif style == "rockers":
            hits += [(bar + i * 0.5, 36, 106 if i % 2 == 0 else 88) for i in (0, 1, 4, 5)] + [
                (bar + 2, 38, 110)
            ]
            hits += [(bar + i * 0.5, 42, 80) for i in range(8)] + [(bar + 3.5, 46, 76)]
    for start in range(0, int(song.length), 8):
        for pos, note, vel in hits:
            if start + pos < song.length:
                t.add(start + pos + song.human(0.006), 0.2, note, rng.gauss(vel, 4))
        if start % 32 == 0 and style not in ("boombap", "trap", "onedrop"):
            t.add(start, 0.5, 49, 110)
        if start % 16 == 8 and rng.random() < 0.6:  # fill
            for k in range(rng.choice((4, 6, 8))):
                t.add(start + 8 - (k + 1) * 0.25, 0.2, rng.choice((38, 45, 47, 50, 41)), 100)
    return t
