#!/usr/bin/python3
"""styles.py MODEL MUSIC OTHERS: what the style of a model is worth, from sound alone.

MUSIC is the folder of music that the model was trained on, OTHERS one with music by people of whom
nothing was trained on, as presets/fetch-music.sh brings both. The ten pieces of style-pieces.txt
pass through the plugin's engine at Detail 0, with and without Match: 30 s of each, of which the last
20 s are measured, because Match listens for 10 s. The rows above are the rivals:

  input              the pieces as they are
  equaliser          each with one static equaliser, to the long-term spectrum of the music
  PCA                principal components of as many values as the model's, fitted on the music
  equaliser, PCA     one after the other
  two halves         of the music, against each other: as near as two parts of one style are

FD is the Frechet distance of 19 mel cepstra a frame to the music. Cov is the same for cepstra and
their change over two frames, the mean of each piece taken off: no static equaliser can lower it.
Chroma is the mean cosine of the pitch classes with the input's, envelope the correlation of the
loudness with the input's. All sounds are brought to one RMS first, because the floor is absolute.
LSD is the log-spectral distance to the input.

styles.py MODEL MODEL… OTHERS: how far two styles are from each other on the same ten pieces, with
Match: the LSD of their sounds and, in brackets, with each sound's long-term spectrum taken off.

TRAINER names the program, build/bin/trainer otherwise. Needs python3-numpy and sox.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

from sounds import FREQUENCY, RATE, SOUNDS, TRAINER, TRIANGLES
from sounds import cepstra, change_spectra, chroma_cosine, correlation, envelope, levels
from sounds import read_sound as read_as_it_is
from sounds import write_wav

SECONDS, LEAD_IN, BANK_SECONDS, RMS = 20, 10, 800, 0.1


def read_sound(path, start=0.0, seconds=LEAD_IN + SECONDS):
    """Mono at RATE, brought to one RMS."""
    sound = read_as_it_is(path, start, seconds)
    return sound * RMS / max(np.sqrt(np.mean(sound**2)), 1e-9) if sound.size else sound


def length_of(path):
    return float(subprocess.run(["soxi", "-D", path], capture_output=True, check=True).stdout)


def frechet(a, b):
    """Dowson and Landau, 1982: between two normal distributions fitted to the rows."""
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_b @ root), 0)).sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * shared


def features(pieces):
    """Rows for FD and rows for Cov."""
    still = [cepstra(piece) for piece in pieces]
    moving = [np.concatenate([(c - c.mean(0))[1:-1], c[2:] - c[:-2]], axis=1) for c in still]
    return np.concatenate(still), np.concatenate(moving)


def equalise(sound, wanted):
    """A static equaliser to the mean levels `wanted`, in dB a band."""
    centres = (TRIANGLES * FREQUENCY).sum(1) / TRIANGLES.sum(1)
    gain = np.interp(FREQUENCY, centres, wanted - levels(sound).mean(0))
    return change_spectra(sound, lambda frames: frames * 10 ** (gain / 20))


def read_weights(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {
        name: np.frombuffer(data[slice(*about["data_offsets"])], "<f4").reshape(about["shape"])
        for name, about in header.items()
        if about["dtype"] == "F32"
    }
    return metadata, tensors


def write_pca(model, path):
    """Writes the principal components that a model's weights keep as a model of their own."""
    metadata, tensors = read_weights(model)
    pca = tensors["latent.pca"]
    values, frames, bands = pca.shape
    front = metadata["architecture"].split(":")[0]
    kernel = np.ascontiguousarray(pca.transpose(0, 2, 1)).astype("<f4")
    made = {
        "encoder.0.weight": kernel,
        "encoder.0.bias": np.zeros(values, "<f4"),
        "decoder.0.weight": kernel,
        "decoder.0.bias": np.zeros(bands, "<f4"),
        "latent.mean": np.zeros(values, "<f4"),
        "latent.std": np.ones(values, "<f4"),
        "latent.band_mean": tensors["latent.band_mean"],
    }
    kept = ("format", "format_version", "sample_rate", "activation")
    header = {"__metadata__": {key: metadata[key] for key in kept}}
    header["__metadata__"]["architecture"] = f"{front}:{values}k{frames}s{frames}p0"
    at = 0
    for name, tensor in made.items():
        ends = [at, at + tensor.nbytes]
        header[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": ends}
        at = ends[1]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in made.values():
            file.write(tensor.tobytes())


def play(model, sounds, *options):
    """Each sound through the plugin's engine, as the model alone makes it (Detail 0)."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        before, after = os.path.join(folder, "in.wav"), os.path.join(folder, "out.wav")
        for sound in sounds:
            write_wav(before, sound)
            command = [TRAINER, "reconstruct", model, before, "-o", after, "--force", *options]
            subprocess.run(command, check=True, capture_output=True)
            out.append(read_sound(after))
    return out


def bank(folder):
    """20 s, or all, out of the middle of pieces that are evenly drawn from all."""
    pieces = sorted(
        os.path.join(place, name)
        for place, _, names in os.walk(folder, followlinks=True)
        for name in names
        if name.endswith(SOUNDS)
    )
    some = pieces[:: max(1, len(pieces) // 40)]
    usual = np.mean([min(length_of(piece), SECONDS) for piece in some])
    step = max(1, round(len(pieces) * usual / BANK_SECONDS))
    middle = [(p, max(0.0, length_of(p) / 2 - SECONDS / 2)) for p in pieces[::step]]
    sounds = [read_sound(piece, start, SECONDS) for piece, start in middle]
    return [sound for sound in sounds if len(sound) > RATE]


def ten_pieces(folder):
    with open(os.path.join(os.path.dirname(__file__), "style-pieces.txt"), encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return [read_sound(os.path.join(folder, piece), float(start)) for piece, start in lines]


def measured(sounds):
    return [sound[LEAD_IN * RATE :] for sound in sounds]


def print_row(name, sounds, inputs, style):
    sounds, inputs = measured(sounds), measured(inputs)
    moving = features(sounds)
    pairs = list(zip(sounds, inputs))
    same = [(a[: min(len(a), len(b))], b[: min(len(a), len(b))]) for a, b in pairs]
    chromas = np.mean([chroma_cosine(a, b) for a, b in same])
    envelopes = np.mean([correlation(envelope(a), envelope(b)) for a, b in same])
    distance = np.sqrt(np.mean([np.mean((levels(a) - levels(b)) ** 2) for a, b in same]))
    print(
        f"| {name} | {frechet(moving[0], style[0]):.2f} | {frechet(moving[1], style[1]):.2f} "
        f"| {chromas:.3f} | {envelopes:.2f} | {distance:.1f} |",
        flush=True,
    )


def print_distances(models, others):
    """A table of each model against each other."""
    inputs = ten_pieces(others)
    heard = [
        [levels(sound) for sound in measured(play(model, inputs, "--match", "1"))]
        for model in models
    ]
    names = [os.path.basename(model).removesuffix(".safetensors") for model in models]
    print("| | " + " | ".join(names) + " |\n|" + "---|" * (len(names) + 1))
    for name, a in zip(names, heard):
        cells = []
        for b in heard:
            pairs = [(x[: len(y)], y[: len(x)]) for x, y in zip(a, b)]
            lsd = np.sqrt(np.mean([np.mean((x - y) ** 2) for x, y in pairs]))
            moving = np.sqrt(np.mean([np.var(x - y, axis=0).mean() for x, y in pairs]))
            cells.append(f"{lsd:.1f} ({moving:.1f})" if a is not b else "")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main():
    if sys.argv[2].endswith(".safetensors"):
        print_distances(sys.argv[1:-1], sys.argv[-1])
        return
    model, music, others = sys.argv[1:4]
    settings = sys.argv[4:] or ["--match 1"]
    inputs, pieces = ten_pieces(others), bank(music)
    style = features(pieces)
    long_term = np.mean([levels(sound).mean(0) for sound in pieces], axis=0)
    equalised = [equalise(sound, long_term) for sound in inputs]
    print("| | FD | Cov | chroma | envelope | LSD to the input, dB |\n|---|---|---|---|---|---|")
    print_row("input", inputs, inputs, style)
    print_row("equaliser", equalised, inputs, style)
    with tempfile.TemporaryDirectory() as folder:
        pca = os.path.join(folder, "pca.safetensors")
        write_pca(model, pca)
        print_row("PCA", play(pca, inputs), inputs, style)
        print_row("equaliser, PCA", play(pca, equalised), inputs, style)
    halves = features(pieces[::2]), features(pieces[1::2])
    print(
        f"| two halves of the music | {frechet(halves[0][0], halves[1][0]):.2f} "
        f"| {frechet(halves[0][1], halves[1][1]):.2f} | | | |"
    )
    print_row("**model**", play(model, inputs), inputs, style)
    for setting in settings:
        print_row(f"**model**, {setting}", play(model, inputs, *setting.split()), inputs, style)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: styles.py MODEL MUSIC OTHERS [OPTIONS…], or styles.py MODEL MODEL… OTHERS")
    main()
