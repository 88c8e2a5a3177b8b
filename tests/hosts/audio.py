#!/usr/bin/python3
"""audio.py COMMAND…: compares audio files (WAV, 16-bit or 32-bit float). Exit status 1 and the
reason on standard error where they are not as the command says.

  same A B                 the same samples, bit for bit, and not silence
  level A B LOW HIGH       A's level is LOW to HIGH dB above B's
  noise CLEAN NOISY CURVE  what NOISY has beside CLEAN follows the curve of the noise control (SECONDS:SIGMA,…)
  parts A B FIRST LAST     within -80 dBFS of one another up to sample FIRST, and no longer before LAST
  delayed A B SAMPLES      A is B, that many samples later, to -120 dB
  closer A B C SAMPLES DB  A is closer to C, so much later, than B is, by so many decibels"""
import array
import math
import struct
import sys


def read(path):
    """A WAV file's channels, each an array, and its sample rate."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        sys.exit(str(error))
    chunks, at = {}, 12
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        chunks[kind] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    if form == 0xFFFE:
        form = struct.unpack_from("<H", chunks[b"fmt "], 24)[0]
    if (form, bits) == (3, 32):
        samples = array.array("f", chunks[b"data"])
    elif (form, bits) == (1, 16):
        samples = array.array("f", [s / 32768 for s in array.array("h", chunks[b"data"])])
    else:
        sys.exit(f"{path}: format {form} with {bits} bits is not for this program")
    return [samples[c::channels] for c in range(channels)], rate


def decibels(channels):
    """RMS over all channels."""
    count = sum(map(len, channels))
    return 10 * math.log10(sum(x * x for c in channels for x in c) / count + 1e-30)


def demand(holds, reason):
    if not holds:
        sys.exit(reason)


def shift(x, y):
    """By how many samples x is later than y where the two are the same but for that; None if they
    are not."""
    most, middle, span = 2048, len(x) // 2, 256
    for late in sorted(range(-most, most + 1), key=abs):
        if x[middle + late : middle + late + span] == y[middle : middle + span]:
            return late
    return None


def same(a, b):
    (left, _), (right, _) = read(a), read(b)
    demand(len(left) == len(right), f"{len(left)} channels, {len(right)} channels")
    demand(len(left[0]) == len(right[0]), f"{len(left[0])} samples, {len(right[0])} samples")
    demand(decibels(left) > -60, f"there is no sound: {decibels(left):.1f} dB")
    for channel, (x, y) in enumerate(zip(left, right)):
        differing = [i for i, (p, q) in enumerate(zip(x, y)) if p != q]
        if differing:
            most, late = max(abs(x[i] - y[i]) for i in differing), shift(x, y)
            sys.exit(
                f"channel {channel}: {len(differing)} samples differ, the first at {differing[0]}, by {most:g} at most"
                + (f"; {a} is {late} samples later" if late else "")
            )


def parts(a, b, first, last):
    (left, _), (right, _) = read(a), read(b)
    at = min(
        next((i for i, (p, q) in enumerate(zip(x, y)) if abs(p - q) > 1e-4), len(x))
        for x, y in zip(left, right)
    )
    demand(int(first) <= at < int(last), f"they differ from sample {at} on, not {first} to {last}")


def level(a, b, low, high):
    above = decibels(read(a)[0]) - decibels(read(b)[0])
    demand(float(low) <= above <= float(high), f"{above:.1f} dB above, wanted {low} to {high} dB")


def noise(clean, noisy, curve):
    (without, rate), (with_noise, _) = read(clean), read(noisy)
    points = [tuple(map(float, point.split(":"))) for point in curve.split(",")]

    def sigma(t):
        for (t0, v0), (t1, v1) in zip(points, points[1:]):
            if t0 <= t <= t1:
                return v0 + (v1 - v0) * (t - t0) / (t1 - t0)
        return points[-1][1]

    gains = {}
    for second in range(len(without[0]) // rate):
        # The plugin's ramp and the network's memory reach past a point of the curve, less than a
        # tenth of a second.
        span = slice(second * rate + rate // 10, (second + 1) * rate)
        added = decibels(
            [[y - x for x, y in zip(p[span], q[span])] for p, q in zip(without, with_noise)]
        )
        wanted = decibels([[sigma(second + i / 100) for i in range(10, 100)]])
        print(f"second {second}: curve {wanted:.1f} dB, noise {added:.1f} dB", file=sys.stderr)
        if wanted < -200:
            demand(added < -200, f"second {second}: noise at {added:.1f} dB, wanted none")
        else:
            gains[second] = added - wanted
    usual = sorted(gains.values())[len(gains) // 2]
    for second, gain in gains.items():
        demand(
            abs(gain - usual) < 2,
            f"second {second}: noise {gain:.1f} dB above the curve, elsewhere {usual:.1f} dB",
        )


def distance(late, early, samples):
    """How far one is from the other, so many samples later, in dB."""
    return decibels([[x - y for x, y in zip(p[samples:], q)] for p, q in zip(late, early)])


def delayed(a, b, samples):
    left, right = read(a)[0], read(b)[0]
    rest = distance(left, right, int(samples)) - decibels(right)
    demand(
        rest < -120, f"not the same, {samples} samples later: the difference is at {rest:.1f} dB"
    )


def closer(a, b, c, samples, least):
    original = read(c)[0]
    ahead = distance(read(b)[0], original, int(samples)) - distance(
        read(a)[0], original, int(samples)
    )
    demand(ahead >= float(least), f"{a} is {ahead:.1f} dB closer than {b}, wanted {least} dB")


if __name__ == "__main__":
    {f.__name__: f for f in (same, parts, level, noise, delayed, closer)}[sys.argv[1]](*sys.argv[2:])
