#include "front/bands.h"

#include <math.h>
#include <string.h>

#define BOTTOM 30.0 // Hz: the first band's centre

// The last band's centre, and the end of what is measured, relative to the rate. At 48 kHz it is
// 18.5 kHz: hosts at 44.1 kHz have that much after resampling.
#define TOP      0.375
#define MEASURED 0.385

void bands_layout(Bands *bands, const ArchFront *front, Arena *arena)
{
    bands->bands = front->bands;
    bands->bins = front->window / 2 + 1;
    bands->band = arena_take(arena, (size_t)bands->bins * sizeof *bands->band);
    bands->share = arena_floats(arena, (size_t)bands->bins);
    bands->scale = arena_floats(arena, (size_t)bands->bands);
}

// Returns the frequency on O'Shaughnessy's mel scale.
static double mel_of(double hertz)
{
    return 2595.0 * log10(1.0 + hertz / 700.0);
}

static double hertz_of(double mel)
{
    return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
}

// Writes the bands' centres, in bins.
static void find_centres(const ArchFront *front, double rate, double centre[SPECTRUM_BANDS_MAX])
{
    const double bottom = mel_of(BOTTOM), top = mel_of(TOP * rate);
    for (int k = 0; k < front->bands; k++) {
        const double mel = bottom + (top - bottom) * k / (front->bands - 1);
        centre[k] = hertz_of(mel) / rate * front->window;
        if (k > 0 && centre[k] < centre[k - 1] + 1.0) centre[k] = centre[k - 1] + 1.0;
    }
}

void bands_init(Bands *bands, const ArchFront *front, double rate)
{
    double centre[SPECTRUM_BANDS_MAX];
    find_centres(front, rate, centre);
    bands->measured = (int)(MEASURED * front->window) + 1;
    int k = 0;
    double weight = 0.0,
           above = 0.0; // of bands k and k + 1: hosts lend little stack for all of them
    for (int b = 0; b < bands->bins; b++) {
        for (; k < front->bands - 2 && b >= centre[k + 1]; k++) {
            bands->scale[k] = (float)(1.0 / weight);
            weight = above;
            above = 0.0;
        }
        double share = (b - centre[k]) / (centre[k + 1] - centre[k]);
        share = share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share;
        bands->band[b] = k;
        bands->share[b] = (float)share;
        if (b < bands->measured) {
            weight += 1.0 - share;
            above += share;
        }
    }
    for (; k < front->bands; k++) {
        bands->scale[k] = (float)(1.0 / weight);
        weight = above;
        above = 0.0;
    }
}

int bands_below(const ArchFront *front, double rate, double limit)
{
    double centre[SPECTRUM_BANDS_MAX];
    find_centres(front, rate, centre);
    int count = 0;
    while (count < front->bands - 1 && centre[count + 1] / front->window * rate <= limit) count++;
    return count == front->bands - 1 && MEASURED * rate <= limit ? front->bands : count;
}

void bands_add_power(const Bands *bands, const Bin *spectrum, float *power)
{
    float sum[SPECTRUM_BANDS_MAX] = {0};
    for (int b = 0; b < bands->measured; b++) {
        const float bin = spectrum[b].re * spectrum[b].re + spectrum[b].im * spectrum[b].im;
        const float upper = bands->share[b] * bin;
        sum[bands->band[b]] += bin - upper;
        sum[bands->band[b] + 1] += upper;
    }
    for (int k = 0; k < bands->bands; k++) power[k] += sum[k] * bands->scale[k];
}

void bands_interpolate(const Bands *bands, const float *gains, float *change)
{
    for (int b = 0; b < bands->bins; b++) {
        const float *gain = gains + bands->band[b];
        change[b] = expf(gain[0] + bands->share[b] * (gain[1] - gain[0])) - 1.0f;
    }
}
