#!/usr/bin/python3
"""pictures.py BEFORE AFTER OUT.png [NAME SECONDS:VALUE,SECONDS:VALUE,…]…: one picture of two sounds
as spectrograms, and between them the controls that were automated. examples.py takes the parts of
it. Needs python3-cairo, python3-numpy and sox.
"""
import subprocess
import sys

import cairo
import numpy as np

RATE, WINDOW, LOWEST, HIGHEST = 48000, 4096, 40.0, 16000.0
RANGE = 72.0  # dB from the darkest to the brightest
# Dark to bright; the last but one is the window's colour of what comes out.
COLOURS = np.array(
    [(16, 18, 20), (30, 42, 66), (52, 84, 128), (150, 96, 96), (230, 159, 0), (255, 240, 200)]
)
BLUE, ORANGE, PURPLE = (0.337, 0.706, 0.914), (0.902, 0.624, 0.0), (0.80, 0.475, 0.655)
BACK, INK, SOFT = (0.09, 0.098, 0.11), (0.91, 0.915, 0.925), (0.66, 0.68, 0.715)


def read_sound(path):
    """The mean of the channels at RATE."""
    command = ["sox", "-V1", path, "-t", "f32", "-r", str(RATE), "-c", "1", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<f4").astype(float)


def spectrogram(sound, width, height):
    """[height, width] in dB: time across, the logarithm of frequency upwards."""
    middle = np.linspace(0, len(sound), width, endpoint=False).astype(int)
    padded = np.concatenate([np.zeros(WINDOW // 2), sound, np.zeros(WINDOW)])
    frames = padded[middle[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    level = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1)) / WINDOW * 4 + 1e-9)
    wanted = LOWEST * (HIGHEST / LOWEST) ** ((np.arange(height) + 0.5) / height)
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)
    edges = np.searchsorted(bins, wanted * (HIGHEST / LOWEST) ** (0.5 / height))
    rows = []
    for i, frequency in enumerate(wanted):
        first = edges[i - 1] if i else 0
        if edges[i] - first > 1:  # the strongest of several
            rows.append(level[:, first : edges[i]].max(1))
        else:
            at = np.searchsorted(bins, frequency)
            share = (frequency - bins[at - 1]) / (bins[at] - bins[at - 1])
            rows.append((1 - share) * level[:, at - 1] + share * level[:, at])
    return np.array(rows[::-1])


def coloured(levels, brightest):
    """A picture of levels in dB; `brightest` has the brightest colour."""
    place = np.clip((levels - brightest + RANGE) / RANGE, 0, 1) * (len(COLOURS) - 1)
    pixels = np.zeros(levels.shape + (4,), np.uint8)
    for channel in range(3):  # cairo wants blue first
        pixels[..., 2 - channel] = np.interp(place, range(len(COLOURS)), COLOURS[:, channel])
    return cairo.ImageSurface.create_for_data(
        pixels, cairo.FORMAT_RGB24, levels.shape[1], levels.shape[0]
    )


def read_curve(text):
    return [tuple(float(number) for number in point.split(":")) for point in text.split(",")]


def write_text(cr, x, y, text, colour, size=13, right=False):
    cr.select_font_face("sans", cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_NORMAL)
    cr.set_font_size(size)
    cr.set_source_rgb(*colour)
    cr.move_to(x - (cr.text_extents(text).x_advance if right else 0), y)
    cr.show_text(text)


def draw_curve(cr, points, box, seconds, colour):
    """A line from the lowest value to the highest of a curve over the seconds of a sound."""
    x, y, width, height = box
    values = [value for _, value in points]
    low, high = min(values + [0.0]), max(values)
    line = [points[0]] + points + [(seconds, points[-1][1])]
    line[0] = (0.0, points[0][1])
    cr.new_path()
    for time, value in line:
        cr.line_to(x + width * time / seconds, y + height * (1 - (value - low) / (high - low)))
    cr.set_source_rgb(*colour)
    cr.set_line_width(2)
    cr.stroke_preserve()
    base = y + height * (1 - (0.0 - low) / (high - low))
    cr.line_to(x + width, base)
    cr.line_to(x, base)
    cr.close_path()
    cr.set_source_rgba(*colour, 0.25)
    cr.fill()


def draw_pair(before, after, curves, path):
    """Both sounds, one above the other, and the curves between them, each (name, points)."""
    left, width, height, lane, gap, head = 64, 680, 190, 44, 10, 24
    full_height = 2 * (head + height) + len(curves) * (lane + gap) + 2 * gap + 18
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, left + width + 16, full_height)
    cr = cairo.Context(surface)
    cr.set_source_rgb(*BACK)
    cr.paint()
    sounds = [read_sound(before), read_sound(after)]
    seconds = len(sounds[0]) / RATE
    pictures = [spectrogram(sound, width, height) for sound in sounds]
    brightest = pictures[0].max()

    def draw_sound(name, colour, y, levels):
        write_text(cr, left, y + 17, name, colour)
        cr.set_source_surface(coloured(levels, brightest), left, y + head)
        cr.paint()
        for frequency, label in ((100, "100 Hz"), (1000, "1 kHz"), (10000, "10 kHz")):
            place = np.log(frequency / LOWEST) / np.log(HIGHEST / LOWEST)
            write_text(cr, left - 6, y + head + height * (1 - place) + 4, label, SOFT, 11, True)

    draw_sound("before", BLUE, 0, pictures[0])
    y = head + height + gap
    for (name, points), colour in zip(curves, (ORANGE, PURPLE, BLUE, SOFT)):
        draw_curve(cr, points, (left, y + 2, width, lane - 4), seconds, colour)
        write_text(cr, left - 6, y + lane / 2 + 5, name, colour, 13, True)
        y += lane + gap
    draw_sound("after", ORANGE, y - gap, pictures[1])
    for second in range(0, int(seconds) + 1, 2):
        x = left + width * second / seconds
        write_text(cr, x, full_height - 8, f"{second} s", SOFT, 11, second == int(seconds))
    surface.write_to_png(path)


if __name__ == "__main__":
    if len(sys.argv) < 4 or len(sys.argv) % 2:
        sys.exit("usage: pictures.py BEFORE AFTER OUT.png [NAME SECONDS:VALUE,…]…")
    named = [(n, read_curve(c)) for n, c in zip(sys.argv[4::2], sys.argv[5::2])]
    draw_pair(*sys.argv[1:3], named, sys.argv[3])
