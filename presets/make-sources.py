#!/usr/bin/python3
"""make-sources.py FOLDER [NAME…]: renders the recordings in sources/, from which references are
made, and tests/clip.flac, as FLAC. NAME is one of choir, drums, bells, disco, strings and clip.

The scores of the first three are below; the others are cut out of clips that make-genres renders.
The instruments are those of FluidR3 (MIT licence). Needs Debian's mma, fluidsynth,
fluid-soundfont-gm, sox and espeak-ng. The same versions give the same samples; only the dither of
clip.flac was drawn by chance, so that its samples differ by one step.

Each score is played twice, and the second time is kept, so that its end leads to its beginning.
"""
import os
import subprocess
import sys
import tempfile

SOUND_FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
RATE, TICKS = 48000, 480  # ticks for each beat
DRUMS = 9  # the MIDI channel whose keys are drums
KICK, SNARE, CLOSED_HAT, RIDE, TOM = 36, 38, 42, 51, 45


class Score:
    """Notes in beats, for so many beats at a tempo."""

    def __init__(self, tempo, beats):
        self.tempo, self.beats, self.events = tempo, beats, []

    def instrument(self, channel, program, volume=100):
        self.events += [(0, bytes([0xC0 | channel, program])), (0, bytes([0xB0 | channel, 7, volume]))]

    def note(self, channel, at, key, length, velocity):
        on, off = round(at * TICKS), round((at + length) * TICKS)
        self.events += [(on, bytes([0x90 | channel, key, velocity])), (off, bytes([0x80 | channel, key, 0]))]

    def chord(self, channel, at, keys, length, velocity):
        for key in keys:
            self.note(channel, at, key, length, velocity)

    def drum(self, at, key, velocity):
        self.note(DRUMS, at, key, 0.2, velocity)

    def midi(self, times):
        """A standard MIDI file of one track: the score played so many times."""
        events = [
            (tick + round(i * self.beats * TICKS), message)
            for i in range(times)
            for tick, message in self.events
            if i == 0 or message[0] < 0xB0
        ]
        # Where a note ends as the same key begins anew, it ends first.
        events.sort(key=lambda event: (event[0], event[1][0] & 0xF0))
        track, before = b"\x00\xff\x51\x03" + round(6e7 / self.tempo).to_bytes(3, "big"), 0
        for tick, message in events:
            track += variable(tick - before) + message
            before = tick
        track += b"\x00\xff\x2f\x00"
        head = b"MThd" + (6).to_bytes(4, "big") + b"\0\0\0\1" + TICKS.to_bytes(2, "big")
        return head + b"MTrk" + len(track).to_bytes(4, "big") + track


def variable(number):
    """MIDI's numbers of seven bits a byte."""
    out = bytes([number & 0x7F])
    while number := number >> 7:
        out = bytes([number & 0x7F | 0x80]) + out
    return out


def choir():
    score = Score(72, 12)
    score.instrument(0, 52, 110)  # choir, ah
    score.instrument(1, 53, 70)  # voices, oh
    for bar, chord in enumerate(((50, 57, 62, 66), (55, 59, 62, 67), (52, 57, 61, 64))):
        score.chord(0, 4 * bar, chord, 4.4, 86)
        score.chord(1, 4 * bar + 2, [key + 12 for key in chord[1:3]], 2.4, 64)
    return score


def drums():
    score = Score(104, 16)
    for bar in range(4):
        at = 4 * bar
        for beat in (0, 1.75, 2.5) if bar % 2 else (0, 0.75, 2.5):
            score.drum(at + beat, KICK, 116)
        for beat in (1, 3):
            score.drum(at + beat, SNARE, 112)
        for ghost in (1.75, 2.25, 3.75):
            score.drum(at + ghost, SNARE, 42)
        for eighth in range(8):
            score.drum(at + eighth / 2, RIDE if bar == 3 else CLOSED_HAT, 88 if eighth % 2 else 70)
    for step, key in enumerate((TOM + 5, TOM + 3, TOM + 2, TOM)):
        score.drum(15 + step / 4, key, 104)
    return score


def bells():
    score = Score(88, 12)
    score.instrument(0, 11, 110)  # vibraphone
    score.instrument(1, 14, 80)  # tubular bells
    for bar, chord in enumerate(((52, 59, 64, 68), (49, 56, 61, 64), (57, 61, 64, 69))):
        for step in range(16):
            key = chord[(step * 3) % 4] + 12 * (1 + (step // 4) % 2)
            score.note(0, 4 * bar + step / 4, key, 0.6, 76 + 14 * (step % 4 == 0))
        score.note(1, 4 * bar, chord[0] + 12, 3.5, 92)
    return score


SCORES = {"choir": choir, "drums": drums, "bells": bells}


# The genre whose clip 0, of seed 4242, a recording is cut from; where; its length; more effects.
CLIPS = {
    "disco": ("disco", 2, 8, []),
    "strings": ("classical", 4, 10, []),
    "clip": ("jazz", 1, 16, ["fade", "t", "0.005", "16", "0.05"]),
}


def render_clip(name, path):
    genre, start, seconds, effects = CLIPS[name]
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "make-genres")
        call = [program, folder, "--genres", genre, "--per-genre", "1", "--seed", "4242"]
        call += ["--rate", str(RATE), "--channels", "2"]
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
        wav = os.path.join(folder, genre, genre + ".00000.wav")
        cut = ["trim", str(start), str(seconds), *effects]
        subprocess.run(["sox", "-V1", "-D", wav, "-b", "16", path, *cut], check=True)


def render_score(name, path):
    score = SCORES[name]()
    seconds = score.beats * 60 / score.tempo
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = os.path.join(folder, "score.mid"), os.path.join(folder, "sound.wav")
        with open(midi, "wb") as file:
            file.write(score.midi(2))
        fluid = ["fluidsynth", "-n", "-i", "-q", "-g", "0.5", "-r", str(RATE), "-F", wav]
        subprocess.run(fluid + [SOUND_FONT, midi], check=True, stdout=subprocess.DEVNULL)
        cut = ["trim", str(seconds), str(seconds), "gain", "-n", "-3"]
        subprocess.run(["sox", "-V1", "-D", wav, "-b", "16", path, *cut], check=True)


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: make-sources.py FOLDER [NAME…]")
    known = {name: render_score for name in SCORES} | {name: render_clip for name in CLIPS}
    folder, names = sys.argv[1], sys.argv[2:] or list(known)
    for name in names:
        if name not in known:
            sys.exit(f"make-sources.py: no recording '{name}'; there are {', '.join(known)}")
        known[name](name, os.path.join(folder, name + ".flac"))


if __name__ == "__main__":
    main()
