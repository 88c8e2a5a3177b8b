"""MIDI files in and out."""
import struct

from genres.tools import TPQ, f


def read_midi(path):
    """-> list of (tick, status, data1, data2), channel messages only."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:4] != b"MThd":
        raise ValueError("not a MIDI file")
    ntrk, div = struct.unpack(">HH", data[10:14])
    pos, events = 14, []
    scale = TPQ / div
    while pos + 8 <= len(data):
        tag, size = data[pos : pos + 4], struct.unpack(">I", data[pos + 4 : pos + 8])[0]
        pos += 8
        end = pos + size
        if tag != b"MTrk":
            pos = end
            continue
        tick, status = 0, 0
        while pos < end:
            delta = 0
            while True:
                b = data[pos]
                pos += 1
                delta = (delta << 7) | (b & 127)
                if not b & 128:
                    break
            tick += delta
            if data[pos] & 128:
                status = data[pos]
                pos += 1
            if status == 0xFF or status in (0xF0, 0xF7):
                if status == 0xFF:
                    pos += 1
                n = 0
                while True:
                    b = data[pos]
                    pos += 1
                    n = (n << 7) | (b & 127)
                    if not b & 128:
                        break
                pos += n
                continue
            two = (status & 0xF0) not in (0xC0, 0xD0)
            events.append((int(tick * scale), status, data[pos], data[pos + 1] if two else 0))
            pos += 2 if two else 1
        pos = end
    return events


def vlq(n):
    out = [n & 127]
    n >>= 7
    while n:
        out.append((n & 127) | 128)
        n >>= 7
    return bytes(reversed(out))


def write_midi(path, events, tempos, end_tick):
    """events: (tick, order, bytes); tempos: (tick, bpm)."""
    allev = [
        (int(t), -1, b"\xff\x51\x03" + struct.pack(">I", int(60e6 / bpm))[1:]) for t, bpm in tempos
    ]
    # A note left on would make fluidsynth render for ever: note-offs are clamped, and all sound is
    # cut at the end.
    end_tick = int(end_tick)
    allev += [
        (max(0, min(int(t), end_tick)), o, m)
        for t, o, m in events
        if t < end_tick or m[0] & 0xF0 == 0x80 or (m[0] & 0xF0 == 0x90 and not m[2])
    ]
    for ch in range(16):
        allev += [
            (end_tick, 8, bytes((0xB0 | ch, 64, 0))),
            (end_tick, 9, bytes((0xB0 | ch, 123, 0))),
            (end_tick, 9, bytes((0xB0 | ch, 120, 0))),
        ]
    allev.sort(key=lambda e: (e[0], e[1]))
    body, last = bytearray(), 0
    for tick, _, msg in allev:
        body += vlq(tick - last) + msg
        last = tick
    body += vlq(max(0, int(end_tick) - last)) + b"\xff\x2f\x00"
    with open(path, "wb") as f:
        f.write(
            b"MThd"
            + struct.pack(">IHHH", 6, 0, 1, TPQ)
            + b"MTrk"
            + struct.pack(">I", len(body))
            + bytes(body)
        )


def track_events(track, channel):
    ch = 9 if track.drums else channel
    out = [
        (0, 0, bytes((0xC0 | ch, track.program))),
        (0, 0, bytes((0xB0 | ch, 7, track.volume))),
        (0, 0, bytes((0xB0 | ch, 10, track.pan))),
        (0, 0, bytes((0xB0 | ch, 91, track.reverb))),
    ]
    for beat, dur, pitch, vel in track.notes:
        out.append((beat * TPQ, 2, bytes((0x90 | ch, pitch, vel))))
        out.append(((beat + dur) * TPQ - 1, 1, bytes((0x80 | ch, pitch, 0))))
    for beat, cc, val in track.controls:
        out.append((beat * TPQ, 1, bytes((0xB0 | ch, cc, max(0, min(127, val))))))
    for beat, semis in track.bends:
        v = max(0, min(16383, int(8192 + semis * 4096)))
        out.append((beat * TPQ, 1, bytes((0xE0 | ch, v & 127, v >> 7))))
    return out


FAMILIES = [
    (0, 1, 2, 3),
    (4, 5),
    (6, 7),
    (8, 9, 10, 11, 12, 13),
    (16, 17, 18),
    (19, 20),
    (21, 22, 23),
    (24, 25),
    (26, 27),
    (28,),
    (29, 30),
    (32, 33, 35),
    (34, 33),
    (36, 37),
    (38, 39),
    (40, 41, 110),
    (42, 43),
    (44, 48, 49),
    (50, 51),
    (52, 53, 54),
    (56, 59),
    (57, 58, 60),
    (61, 62, 63),
    (64, 65, 66, 67),
    (68, 69, 70, 71),
    (72, 73, 74, 75, 79),
    (80, 81, 82, 84),
    (88, 89, 90, 91, 94, 95),
]
FAMILY_OF = {p: f for f in FAMILIES for p in f}


def to_orchestra(p):
    if p <= 3:
        return p if p != 3 else 0
    if p <= 5:
        return 6
    if p <= 15:
        return p
    if p <= 23:
        return 19
    if p <= 31:
        return 24 if p < 28 else 45
    if p <= 39:
        return 43
    if p <= 55:
        return p if p not in (50, 51, 55) else 48
    if p <= 63:
        return 60
    if p <= 67:
        return 71
    if p <= 79:
        return p
    return 48
