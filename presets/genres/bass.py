"""Bass lines."""
from genres.catalog import QUALITIES
from genres.score import Track, near


BASS = {
    "root8": [
        [(i * 0.5, 0.45, "R", 100 if i % 2 == 0 else 86) for i in range(8)],
        [(i * 0.5, 0.45, "R" if i < 7 else "A", 100 if i % 2 == 0 else 86) for i in range(8)],
    ],
    "root4": [
        [(i, 0.9, "R", 98) for i in range(4)],
        [(0, 0.9, "R", 98), (1, 0.9, "R", 90), (2, 0.9, "5", 96), (3, 0.9, "A", 92)],
    ],
    "oct8": [
        [(i * 0.5, 0.4, "R" if i % 2 == 0 else "8", 96 if i % 2 == 0 else 104) for i in range(8)],
        [(i * 0.5, 0.4, ("R", "8", "R", "8", "R", "8", "5", "A")[i], 100) for i in range(8)],
    ],
    "disco16": [
        [
            (0, 0.4, "R", 104),
            (0.75, 0.2, "R", 84),
            (1, 0.4, "8", 100),
            (1.5, 0.2, "b7", 86),
            (2, 0.4, "R", 102),
            (2.5, 0.2, "8", 96),
            (2.75, 0.2, "8", 84),
            (3, 0.4, "5", 96),
            (3.5, 0.2, "b7", 90),
            (3.75, 0.2, "8", 92),
        ],
        [
            (0, 0.4, "R", 104),
            (0.5, 0.3, "8", 96),
            (1.25, 0.2, "R", 84),
            (1.5, 0.3, "8", 98),
            (2, 0.4, "R", 102),
            (2.5, 0.3, "8", 98),
            (3.25, 0.2, "5", 88),
            (3.5, 0.3, "8", 98),
        ],
    ],
    "pop": [
        [
            (0, 1.4, "R", 100),
            (1.5, 0.4, "R", 86),
            (2, 0.9, "R", 98),
            (3, 0.45, "5", 88),
            (3.5, 0.45, "A", 88),
        ],
        [(0, 1.4, "R", 100), (1.5, 0.4, "R", 88), (2.5, 0.4, "R", 92), (3, 0.9, "5", 90)],
        [(0, 1.9, "R", 98), (2, 1.4, "5", 92), (3.5, 0.45, "A", 88)],
    ],
    "reggae": [
        [
            (0, 0.7, "R", 108),
            (1, 0.45, "R", 98),
            (1.5, 0.45, "3", 96),
            (2, 0.7, "5", 104),
            (3, 0.45, "3", 96),
            (3.5, 0.45, "R", 100),
        ],
        [
            (0, 0.9, "R", 108),
            (1.5, 0.45, "R", 100),
            (2.5, 0.45, "5", 100),
            (3, 0.45, "8", 104),
            (3.5, 0.45, "5", 98),
        ],
        [(0.5, 0.45, "R", 104), (1, 0.45, "R", 104), (2, 0.7, "5", 106), (3, 0.9, "R", 104)],
        [
            (0, 0.45, "R", 106),
            (0.5, 0.45, "R", 98),
            (1, 0.9, "5", 104),
            (2.5, 0.45, "b7", 98),
            (3, 0.45, "5", 102),
            (3.5, 0.4, "L", 100),
        ],
        [(1, 0.45, "8", 104), (1.5, 0.45, "5", 100), (2, 0.9, "R", 108), (3.5, 0.45, "R", 98)],
    ],
    "sub": [
        [(0, 1.7, "R", 112), (2.5, 0.45, "R", 104), (3, 0.9, "R", 106)],
        [(0, 0.7, "R", 112), (0.75, 0.7, "R", 100), (2.5, 0.9, "R", 108), (3.5, 0.45, "b7", 98)],
        [(0, 2.4, "R", 112), (2.75, 0.7, "5", 100), (3.5, 0.45, "A", 98)],
        [(0, 0.9, "R", 112), (1.75, 0.2, "R", 94), (2.5, 0.9, "8", 104), (3.5, 0.4, "R", 100)],
    ],
    "walk": [],
    "boogie": [
        [
            (0, 0.45, "R", 104),
            (0.5, 0.4, "R", 84),
            (1, 0.45, "3", 98),
            (1.5, 0.4, "3", 82),
            (2, 0.45, "5", 100),
            (2.5, 0.4, "5", 84),
            (3, 0.45, "6", 98),
            (3.5, 0.4, "5", 84),
        ],
        [(0, 0.9, "R", 104), (1, 0.9, "3", 96), (2, 0.9, "5", 100), (3, 0.9, "b7", 96)],
    ],
    "country": [
        [(0, 0.9, "R", 102), (2, 0.9, "F", 96)],
        [(0, 0.9, "R", 102), (2, 0.9, "F", 96), (3, 0.9, "A", 90)],
    ],
    "funk": [
        [
            (0, 0.25, "R", 110),
            (0.75, 0.2, "R", 88),
            (1.5, 0.2, "8", 98),
            (2.25, 0.2, "R", 90),
            (2.75, 0.2, "b7", 94),
            (3.5, 0.25, "8", 100),
        ]
    ],
    "long": [[(0, 3.9, "R", 100)]],
}


def write_bass(song, style, program, stem="main", volume=100, low=28):
    t = Track(program, stem, volume, 64, 10)
    rng = song.rng
    chosen = [rng.choice(BASS[style] or [[]]) for _ in range(2)]
    for start, length, chord in song.segments():
        root = low + (chord[0] - low) % 12
        iv = QUALITIES[chord[1]]
        third = root + (3 if 3 in iv else 4)
        following = song.chord(start + length + 0.01)
        nroot = near(following[0], root)
        approach = nroot + (
            rng.choice((-1, 1, -2, 2)) if style == "walk" else rng.choice((-2, -1, 2))
        )
        table = {
            "R": root,
            "5": root + (6 if 6 in iv and 7 not in iv else 7),
            "8": root + 12,
            "L": max(24, root - 12),
            "3": third,
            "6": root + 9,
            "b7": root + (11 if 11 in iv else 10),
            "A": approach,
            "F": root - 5 if root - 5 >= 26 else root + 7,
        }
        if style == "walk":
            tones = [root, third, table["5"], table["b7"], root + 12]
            p = root
            n = int(length)
            for i in range(n):
                if i == 0:
                    p = root
                elif i == n - 1:
                    p = approach
                else:
                    p = rng.choice([x for x in tones if x != p])
                t.add(start + i + song.human(), 0.92, p, rng.gauss(96, 5))
            continue
        pat = chosen[int(start // song.beats) % 4 == 3]
        if song.beats == 3:
            pat = [x for x in pat if x[0] < 3]
        for pos, dur, token, vel in pat:
            if pos >= length - 0.01:
                continue
            t.add(
                song.at(start + pos) + song.human(0.008),
                min(dur, length - pos),
                table[token],
                rng.gauss(vel, 4),
            )
    return t
