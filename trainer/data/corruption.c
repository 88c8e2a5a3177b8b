#include "data/corruption.h"

#include "math/random.h"

#include <math.h>

enum {
    KNOTS = 8, // of the equaliser's curve
    STREAM_EQUALISER = 0x45515541,
    STREAM_FLOOR = 0x464c4f4f, // of random numbers
};

static const double nepers = 0.11512925464970229; // of a decibel

// Writes a curve through KNOTS random values, with half cosines between them, to curve[bands]. Half
// cosines leave three quarters of the knots' power.
static void draw_curve(double decibels, RandomKey key, uint64_t index, size_t bands, float *curve)
{
    static const double pi = 3.14159265358979323846;
    float knot[KNOTS + 1];
    random_normal(key, index, knot, KNOTS);
    knot[KNOTS] = 0.0f; // has no weight
    for (size_t k = 0; k < bands; k++) {
        const double at = (double)k * (KNOTS - 1) / (double)(bands - 1);
        const int left = (int)at;
        const double share = 0.5 - 0.5 * cos(pi * (at - left));
        const double value = (1.0 - share) * knot[left] + share * knot[left + 1];
        curve[k] = (float)(nepers * decibels / sqrt(0.75) * value);
    }
}

// The power of the window's strongest band.
static float window_peak(const WindowFrames *window, const float *offset)
{
    float peak = -INFINITY; // logarithm of an amplitude
    for (size_t t = 0; t < window->frames; t++)
        for (size_t k = 0; k < window->inputs && !window->silent[t]; k++)
            peak =
                fmaxf(peak, window->values[t * window->inputs + k] + window->level[t] + offset[k]);
    return expf(2.0f * peak);
}

void corruption_apply(const Corruption *corruption, uint32_t seed, uint32_t epoch, uint32_t index,
                      const float *band_mean, WindowFrames *window)
{
    const size_t bands = window->inputs;
    const uint64_t at = (uint64_t)epoch << 32 | index;
    float offset[SPECTRUM_BANDS_MAX], floor = 0.0f; // of each band; a power
    if (corruption->equaliser == 0.0 && corruption->floor_high == 0.0) return;
    draw_curve(corruption->equaliser, (RandomKey){seed, STREAM_EQUALISER}, at, bands, offset);
    for (size_t k = 0; k < bands; k++) offset[k] += band_mean[k];
    if (corruption->floor_high > 0.0) {
        uint32_t words[4];
        random_words((RandomKey){seed, STREAM_FLOOR}, at, 0, words);
        const double share = ((double)words[0] + 0.5) * 0x1p-32;
        const double depth =
            corruption->floor_low + share * (corruption->floor_high - corruption->floor_low);
        floor = window_peak(window, offset) * (float)pow(10.0, -0.1 * depth);
    }
    for (size_t t = 0; t < window->frames; t++) {
        float *values = window->values + t * bands, mean = 0.0f;
        if (window->silent[t]) continue;
        for (size_t k = 0; k < bands; k++) {
            const float level = values[k] + window->level[t] + offset[k];
            values[k] =
                (floor > 0.0f ? 0.5f * logf(expf(2.0f * level) + floor) : level) - band_mean[k];
            mean += values[k] / (float)bands;
        }
        for (size_t k = 0; k < bands; k++) values[k] -= mean;
    }
}
