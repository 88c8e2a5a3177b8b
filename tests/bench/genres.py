#!/usr/bin/python3
"""How well genres are told apart by the latent, beside what needs no network.

    genres.py GENRES MODEL…

GENRES has a folder of clips for each genre, as `make-genres` renders them. Of each clip the first
10 s count. The rows, for each model:

  M5           the classifier of `trainer classify`, on the latents of `trainer latents`: mean of
               four seeds on the test clips
  LDA          linear discriminant analysis of the pooled latents; of mel cepstra without a model
  K-Means      30 clusters of all clips (`trainer cluster --pooled --split all`), mean of four
               seeds: homogeneity. Without a model: of pooled mel cepstra, and of 16 pooled
               principal components of mel levels

Pooled means: the mean and the deviation over time of each value. The split is that of the trainer.
TRAINER names the program, build/bin/trainer otherwise. Needs python3-numpy and sox. M5 takes about
ten minutes of processor time for each model and thousand clips.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

from sounds import RATE, TRAINER, cepstra, levels, read_sound

SECONDS, SEEDS, CLUSTERS, STARTS, VALUES = 10, 4, 30, 10, 16


def run(*words):
    return subprocess.run([TRAINER, *words], check=True, capture_output=True, text=True).stdout


def read_header(path):
    """The header of a safetensors file, and where its values begin."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(size)), 8 + size


def read_set(path):
    """The latents [clips, channels, frames], and each clip's name, genre and split."""
    header, start = read_header(path)
    shape = header["latent"]["shape"]
    values = np.memmap(path, "<f4", "r", start + header["latent"]["data_offsets"][0])
    clips = json.loads(header["__metadata__"]["clips"])
    return values[: np.prod(shape)].reshape(shape), clips


def pool(frames):
    """Mean and deviation over time of [frames, values]."""
    return np.concatenate([frames.mean(0), frames.std(0)])


def standardised(rows):
    deviation = rows.std(0)
    return (rows - rows.mean(0)) / np.where(deviation > 1e-9, deviation, 1.0)


def lda_accuracy(rows, genre, train, test):
    """Gaussians of one covariance, with a tenth of its mean variance added to its diagonal."""
    rows = standardised(rows)
    names = sorted(set(genre))
    means = np.stack([rows[train & (genre == name)].mean(0) for name in names])
    number = np.array([names.index(name) for name in genre])
    rest = rows[train] - means[number[train]]
    covariance = rest.T @ rest / len(rest)
    covariance += 0.1 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    weights = np.linalg.solve(covariance, means.T)
    scores = rows @ weights - 0.5 * (means.T * weights).sum(0)
    return float((scores.argmax(1) == number)[test].mean())


def homogeneity(genre, cluster):
    """Rosenberg and Hirschberg, 2007: 1 - H(genre | cluster) / H(genre)."""
    names = np.unique(genre, return_inverse=True)[1]
    groups = np.unique(cluster, return_inverse=True)[1]
    table = np.zeros((names.max() + 1, groups.max() + 1))
    np.add.at(table, (names, groups), 1.0 / len(genre))
    share = table.sum(1)
    given = table / table.sum(0)
    safe = np.where(table > 0, given, 1.0)
    return 1.0 + float((table * np.log(safe)).sum() / -(share * np.log(share)).sum())


def kmeans(rows, seed):
    """k-means++ and Lloyd's iteration, the best of STARTS."""
    random, best = np.random.default_rng(seed), (np.inf, None)
    squares = (rows**2).sum(1)
    for _ in range(STARTS):
        centres = [rows[random.integers(len(rows))]]
        while len(centres) < CLUSTERS:
            near = np.min([((rows - centre) ** 2).sum(1) for centre in centres], axis=0)
            centres.append(rows[random.choice(len(rows), p=near / near.sum())])
        centres, cluster = np.stack(centres), None
        for _ in range(300):
            far = squares[:, None] - 2 * rows @ centres.T + (centres**2).sum(1)
            found = far.argmin(1)
            if cluster is not None and (found == cluster).all():
                break
            cluster = found
            for k in np.unique(cluster):
                centres[k] = rows[cluster == k].mean(0)
        inertia = far[np.arange(len(rows)), cluster].sum()
        if inertia < best[0]:
            best = (inertia, cluster)
    return best[1]


def rivals(folder, clips):
    """Pooled mel cepstra, and pooled principal components of mel levels, of each clip."""
    sounds = [read_sound(os.path.join(folder, clip["name"]), 0, SECONDS) for clip in clips]
    sounds = [np.pad(sound, (0, max(0, SECONDS * RATE - len(sound)))) for sound in sounds]
    mel = [levels(sound) for sound in sounds]
    frames = np.concatenate([band_levels[::8] for band_levels in mel])
    mean = frames.mean(0)
    axes = np.linalg.svd(frames - mean, full_matrices=False)[2][:VALUES].T
    return (
        np.stack([pool(cepstra(sound)) for sound in sounds]),
        np.stack([pool((band_levels - mean) @ axes) for band_levels in mel]),
    )


def percent(values):
    listed = ", ".join(f"{100 * value:.1f}" for value in values)
    return f"{100 * np.mean(values):.1f} %" + (f" ({listed})" if len(values) > 1 else "")


def mean_homogeneity(rows, genre):
    rows = standardised(rows)
    found = [homogeneity(genre, kmeans(rows, seed)) for seed in range(1, SEEDS + 1)]
    return f"{np.mean(found):.3f}"


def classify(latents, folder):
    accuracy = []
    for seed in range(1, SEEDS + 1):
        out = os.path.join(folder, f"classifier-{seed}")
        run("classify", latents, "-o", out, "--seed", str(seed), "--no-pictures")
        with open(os.path.join(out, "summary.csv"), encoding="utf-8") as file:
            rows = {row["split"]: row for row in csv.DictReader(file)}
        accuracy.append(float(rows["test"]["accuracy"]))
    return percent(accuracy)


def cluster(latents, folder):
    found = []
    for seed in range(1, SEEDS + 1):
        out = os.path.join(folder, f"clusters-{seed}")
        run("cluster", latents, "-o", out, "--pooled", "--split", "all", "--no-pictures",
            "--seed", str(seed), "-k", str(CLUSTERS))
        with open(os.path.join(out, "scores.csv"), encoding="utf-8") as file:
            rows = {row["space"]: row for row in csv.DictReader(file)}
        found.append(float(rows["pooled"]["homogeneity"]))
    return f"{np.mean(found):.3f}"


def main():
    folder, models = sys.argv[1], sys.argv[2:]
    print("| | M5 (seeds) | LDA, pooled | K-Means, 30 clusters, pooled: homogeneity |")
    print("|---|---|---|---|", flush=True)
    for model in models:
        with tempfile.TemporaryDirectory() as work:
            latents = os.path.join(work, "latents.safetensors")
            rate = float(read_header(model)[0]["__metadata__"]["sample_rate"])
            run("latents", model, folder, "-o", latents, "-w", str(int(SECONDS * rate)))
            values, clips = read_set(latents)
            genre = np.array([clip["genre"] for clip in clips])
            split = np.array([clip["split"] for clip in clips])
            train, test = split == "train", split == "test"
            pooled = np.stack([pool(clip.T.astype(float)) for clip in values])
            name = os.path.splitext(os.path.basename(model))[0]
            print(
                f"| `{name}` | {classify(latents, work)} "
                f"| {percent([lda_accuracy(pooled, genre, train, test)])} "
                f"| {cluster(latents, work)} |",
                flush=True,
            )
    mel, components = rivals(folder, clips)
    for name, rows in (("mel cepstra", mel), (f"{VALUES} principal components", components)):
        print(
            f"| {name} | | {percent([lda_accuracy(rows, genre, train, test)])} "
            f"| {mean_homogeneity(rows, genre)} |"
        )
    print(f"\n{len(clips)} clips, {train.sum()} for training, {test.sum()} for test")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
