#include "sound_measure.h"

#include "spectrogram.h"

#include <math.h>

enum { SIZE = 1024, HOP = SIZE / 2, BINS = SIZE / 2 + 1 }; // of the transform, samples
enum { PIECE = 512 * HOP };                                // transformed at a time

static double mean_square(const float *audio, size_t samples)
{
    double sum = 0.0;
    for (size_t i = 0; i < samples; i++) sum += (double)audio[i] * (double)audio[i];
    return sum / (double)samples;
}

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

// The steady part at 0 Hz is no sound.
static void measure_spectrum(SoundMeasure *measure, const double power[BINS], double rate)
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

bool sound_measure(SoundMeasure *measure, const float *audio, size_t samples, double rate,
                   Error *error)
{
    double power[BINS] = {0};
    const double square = mean_square(audio, samples);
    *measure = (SoundMeasure){.level = 10.0 * log10(square)};
    for (size_t at = 0; at < samples; at += PIECE)
        if (!add_power(power, audio + at, samples - at < PIECE ? samples - at : PIECE, error))
            return false;
    if (square > 0.0) measure_spectrum(measure, power, rate);
    return true;
}
