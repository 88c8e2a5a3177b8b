"""A score in the making: notes, chords, bars."""
import math

from genres.catalog import QUALITIES


class Track:
    def __init__(self, program, stem="main", volume=90, pan=64, reverb=40, drums=False):
        self.program, self.stem, self.volume, self.pan = program, stem, volume, pan
        self.reverb, self.drums = reverb, drums
        self.notes = []  # (beat, duration, pitch, velocity)
        self.bends = []  # (beat, semitones)
        self.controls = []  # (beat, controller, value)

    def add(self, beat, duration, pitch, velocity):
        if beat < 0:
            duration, beat = duration + beat, 0.0
        if duration > 0.01 and 0 < pitch < 128:
            self.notes.append((beat, duration, int(pitch), max(1, min(127, int(velocity)))))


class Song:
    """What the part writers need to know."""

    def __init__(self, rng, bars, beats, swing, key, minor):
        self.rng, self.bars, self.beats, self.swing = rng, bars, beats, swing
        self.key, self.minor = key, minor
        self.length = len(bars) * beats

    def chord(self, beat):
        b = int(beat // self.beats)
        bar = self.bars[min(b, len(self.bars) - 1)]
        i = int((beat - b * self.beats) / self.beats * len(bar) + 1e-6)
        return bar[min(i, len(bar) - 1)]

    def at(self, beat):
        """Swung time of a beat position."""
        whole, frac = math.floor(beat), beat - math.floor(beat)
        if self.swing and 0.2 < frac < 0.8:
            if abs(frac - 0.5) < 0.01:
                frac = 0.5 + self.swing
        return whole + frac

    def human(self, amount=0.012):
        return self.rng.gauss(0, amount)

    def segments(self):
        """(start beat, length, chord) for each chord."""
        for b, bar in enumerate(self.bars):
            n = len(bar)
            for i, c in enumerate(bar):
                yield b * self.beats + i * self.beats / n, self.beats / n, c


def chord_pitches(chord, low, count=None):
    """Close voicing from `low` up."""
    root, quality = chord
    pcs = []
    for iv in QUALITIES[quality]:
        pc = (root + iv) % 12
        if pc not in pcs:
            pcs.append(pc)
    if count:
        pcs = pcs[: max(count, 2)] if len(pcs) <= count else [pcs[0]] + pcs[len(pcs) - count + 1 :]
    out = sorted(low + (pc - low) % 12 for pc in pcs)
    while count and len(out) < count:
        out.append(out[len(out) - len(pcs)] + 12)
    return out


def near(pc, centre):
    """Pitch of class pc nearest to centre."""
    p = centre + (pc - centre) % 12
    return p - 12 if p - centre > 6 else p
