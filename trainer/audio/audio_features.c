#include "audio/audio_features.h"

#include "audio/spectrogram.h"

#include <math.h>
#include <stdlib.h>

enum { SIZE = 1024, HOP = SIZE / 2, BINS = SIZE / 2 + 1 }; // of the transform, samples
enum { PIECE = 512 * HOP };                                // transformed at a time

static bool add_power(double power[BINS], const float *audio, size_t samples, Error *error)
{
    Spectrogram spectrogram;
    if (!spectrogram_make(&spectrogram, audio, samples, SIZE, HOP, error)) return false;
    for (size_t t = 0; t < spectrogram.frames; t++)
        for (size_t b = 0; b < BINS; b++)
            power[b] += pow(10.0, 0.1 * (double)spectrogram.level[t * BINS + b]);
    spectrogram_free(&spectrogram);
    return true;
}

// Leaves out 0 Hz, which is not audible.
static void measure_spectrum(AudioFeatures *measure, const double power[BINS], double rate)
{
    double sum = 0.0, weighted = 0.0, logarithms = 0.0;
    for (size_t b = 1; b < BINS; b++) {
        sum += power[b];
        weighted += power[b] * (double)b * rate / SIZE;
        logarithms += log(power[b]);
    }
    measure->centroid = weighted / sum;
    measure->flatness = exp(logarithms / (BINS - 1)) / (sum / (BINS - 1));
}

// Sums the squares of the samples, and the spectra. piece[PIECE] is scratch.
static bool add_pieces(const Sound *sound, float *piece, double *squares, double power[BINS],
                       Error *error)
{
    for (size_t at = 0; at < sound->samples; at += PIECE) {
        const size_t left = sound->samples - at, n = left < PIECE ? left : PIECE;
        sound_read(sound, at, n, piece);
        for (size_t i = 0; i < n; i++) *squares += (double)piece[i] * (double)piece[i];
        if (!add_power(power, piece, n, error)) return false;
    }
    return true;
}

bool audio_features_measure(AudioFeatures *measure, const Sound *sound, double rate, Error *error)
{
    double power[BINS] = {0}, squares = 0.0;
    float *piece = malloc(PIECE * sizeof *piece);
    const bool good =
        piece ? add_pieces(sound, piece, &squares, power, error) : error_out_of_memory(error);
    free(piece);
    *measure = (AudioFeatures){.level = 10.0 * log10(squares / (double)sound->samples)};
    if (good && squares > 0.0) measure_spectrum(measure, power, rate);
    return good;
}
