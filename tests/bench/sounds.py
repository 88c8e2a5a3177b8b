"""sounds.py: sounds in and out, and what is measured of them, for the programs of this folder that
judge by ear: operations.py and genres.py. Needs python3-numpy and sox."""
import os
import subprocess

import numpy as np

RATE, WINDOW, HOP, BANDS, CEPSTRA = 48000, 2048, 512, 48, 19
SOUNDS = (".ogg", ".oga", ".opus", ".flac", ".wav", ".mp3", ".au")
TRAINER = os.environ.get("TRAINER", "build/bin/trainer")

# ---- Files ----


def read_sound(path, start=0.0, seconds=None):
    """The mean of the channels at RATE."""
    command = ["sox", "-V1", path, "-t", "f32", "-r", str(RATE), "-c", "1", "-"]
    command += ["trim", str(start)] + ([str(seconds)] if seconds else [])
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<f4").astype(float)


def write_wav(path, sound):
    """One channel of 32-bit floats."""
    data = sound.astype("<f4").tobytes()
    head = np.array([16, 1 << 16 | 3, RATE, 4 * RATE, 32 << 16 | 4], "<u4").tobytes()
    with open(path, "wb") as file:
        size = np.array([36 + len(data)], "<u4").tobytes()
        file.write(b"RIFF" + size + b"WAVEfmt " + head + b"data")
        file.write(np.array([len(data)], "<u4").tobytes() + data)


def read_wav(path):
    """The first channel of a WAV file of 32-bit floats."""
    with open(path, "rb") as file:
        data = file.read()
    at, channels = 12, 1
    while data[at : at + 4] != b"data":
        if data[at : at + 4] == b"fmt ":
            channels = int.from_bytes(data[at + 10 : at + 12], "little")
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    return np.frombuffer(data[at + 8 : at + 8 + size], "<f4")[::channels].astype(float)


# ---- Spectra ----


def mel_triangles():
    """[BANDS, bins]: triangles between neighbours' centres, from 40 Hz to 18 kHz, mel-spaced."""
    mel = np.linspace(*(2595 * np.log10(1 + np.array([40.0, 18000.0]) / 700)), BANDS)
    centre = 700 * (10 ** (mel / 2595) - 1) / RATE * WINDOW
    for band in range(1, BANDS):
        centre[band] = max(centre[band], centre[band - 1] + 1)
    bins = np.arange(WINDOW // 2 + 1)
    return np.stack([np.interp(bins, centre, row) for row in np.eye(BANDS)])


TRIANGLES = mel_triangles()
HANN = np.sqrt(np.hanning(WINDOW + 1)[:WINDOW])
FREQUENCY = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
COSINES = (
    np.cos(np.pi * np.outer(np.arange(1, CEPSTRA + 1), np.arange(BANDS) + 0.5) / BANDS) / BANDS
)


def spectra(sound):
    """[frames, bins] of complex numbers."""
    count = (len(sound) - WINDOW) // HOP + 1
    frames = sound[np.arange(WINDOW) + HOP * np.arange(count)[:, None]]
    return np.fft.rfft(frames * HANN, axis=1)


def change_spectra(sound, change):
    """The sound whose spectra are change(spectra, first frame's number); overlap and add."""
    padded = np.concatenate([np.zeros(WINDOW), sound, np.zeros(WINDOW)])
    out = np.zeros(len(padded))
    for at, frame in enumerate(np.fft.irfft(change(spectra(padded)), axis=1)):
        out[at * HOP : at * HOP + WINDOW] += frame * HANN / 2
    return out[WINDOW : WINDOW + len(sound)]


def levels(sound):
    """[frames, BANDS] in dB, with a floor at -80 dB."""
    power = np.abs(spectra(sound)) ** 2 @ TRIANGLES.T / TRIANGLES.sum(1) / WINDOW
    return 10 * np.log10(power + 1e-8)


def apart(band_levels):
    """Levels without the mean of each frame."""
    return band_levels - band_levels.mean(1, keepdims=True)


def distance(a, b):
    """Log-spectral distance (LSD) of two sounds' levels, in dB."""
    count = min(len(a), len(b))
    return float(np.sqrt(np.mean((a[:count] - b[:count]) ** 2)))


def cepstra(sound):
    """[frames, CEPSTRA]: mel cepstra."""
    return levels(sound) @ COSINES.T


# ---- What is heard ----


def envelope(sound):
    """Logarithm of the RMS of 43 ms, every 21 ms."""
    power = np.convolve(sound**2, np.ones(2048) / 2048, "same")[::1024]
    return np.log(1e-6 + np.sqrt(power))


def correlation(a, b):
    count = min(len(a), len(b))
    return float(np.corrcoef(a[:count], b[:count])[0, 1])


def chroma(sound):
    """[frames, 12]: the pitch classes between 80 Hz and 4 kHz, each frame of length 1."""
    power = np.abs(spectra(sound)) ** 2
    heard = (FREQUENCY > 80) & (FREQUENCY < 4000)
    pitch = np.round(12 * np.log2(FREQUENCY[heard] / 440)).astype(int) % 12
    classes = np.stack([power[:, heard][:, pitch == p].sum(1) for p in range(12)], 1)
    return classes / (np.linalg.norm(classes, axis=1, keepdims=True) + 1e-9)


def chroma_cosine(a, b):
    return float((chroma(a) * chroma(b)).sum(1).mean())


def loudness(sound):
    """In dB, K-weighted as in ITU-R BS.1770, without gates."""
    z = np.exp(2j * np.pi * np.fft.rfftfreq(len(sound)))
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285]
    shelf_poles = [1.0, -1.69065929318241, 0.73248077421585]
    high_pass, poles = [1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621]
    response = np.polyval(shelf[::-1], 1 / z) / np.polyval(shelf_poles[::-1], 1 / z)
    response *= np.polyval(high_pass[::-1], 1 / z) / np.polyval(poles[::-1], 1 / z)
    weighted = np.fft.irfft(np.fft.rfft(sound) * response, len(sound))
    return 10 * np.log10(np.mean(weighted**2) + 1e-20)


def decibels(sound):
    """RMS in dB."""
    return 10 * np.log10(np.mean(sound**2) + 1e-30)


def snr_of_fit(sound, *parts):
    """SNR in dB of the sound against the best sum of the parts, each with a gain of its own."""
    matrix = np.stack(parts, 1)
    rest = sound - matrix @ np.linalg.lstsq(matrix, sound, rcond=None)[0]
    return 10 * np.log10(np.mean(sound**2) / (np.mean(rest**2) + 1e-30))
