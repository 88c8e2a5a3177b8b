#include "resample.h"

#include "kernels.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REJECTION 97.0 // dB
#define PI        3.14159265358979323846

enum {
    HALF = 19, // samples of the lower rate to each side
    PHASES_MAX =
        2048,    // rows of the table; ratios with more phases are interpolated between as many
    ROOM = 2048, // input samples that the history takes before it is moved
};

// Output sample m stands for the input time m * step / phases, in lowest terms: `whole` input
// samples and `phase` phases.
struct Resampler {
    uint64_t step, phases;
    int half;    // input samples to each side
    int taps;    // 2 * half, made up to whole vectors by zeros before the oldest
    size_t rows; // of the table: the phases, or PHASES_MAX and one more to interpolate towards
    bool interpolated;
    float *table;   // [rows][taps]
    float *history; // [taps + ROOM]
    size_t held;    // input samples in it
    uint64_t first; // number of its first one, counted from -taps, so that it is never negative
    uint64_t next;  // number of the next output sample
    uint64_t whole, phase; // its time
};

// Modified Bessel function of the first kind, order 0, by its series.
static double bessel_i0(double x)
{
    double sum = 1.0, term = 1.0;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

// The filter at `t` input samples from its middle. `scale` is 1, or to / from where that is less.
static double filter(double t, double scale, double half)
{
    const double beta = 0.1102 * (REJECTION - 8.7);
    const double share = t / half;
    if (fabs(share) >= 1.0) return 0.0;
    const double x = PI * t * scale;
    const double sinc = x == 0.0 ? 1.0 : sin(x) / x;
    return scale * sinc * bessel_i0(beta * sqrt(1.0 - share * share)) / bessel_i0(beta);
}

// Row r is the filter for times r / `rows_apart` after an input sample. It sums to one, so that a
// steady input stays as it is.
static void fill_row(const Resampler *resampler, size_t r, double rows_apart, double scale)
{
    float *row = resampler->table + r * (size_t)resampler->taps;
    const int used = 2 * resampler->half, unused = resampler->taps - used;
    const double time = resampler->half - 1 + (double)r / rows_apart;
    double sum = 0.0;
    for (int i = 0; i < used; i++) sum += filter(i - time, scale, HALF / scale);
    for (int i = 0; i < used; i++)
        row[unused + i] = (float)(filter(i - time, scale, HALF / scale) / sum);
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b > 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// The ratio in lowest terms, from rates in whole thousandths of a Hz.
static bool set_ratio(Resampler *resampler, double from, double to)
{
    if (!(from >= 1.0 && from <= 1e6 && to >= 1.0 && to <= 1e6)) return false;
    const uint64_t a = (uint64_t)llround(from * 1e3), b = (uint64_t)llround(to * 1e3);
    const uint64_t divisor = greatest_common_divisor(a, b);
    resampler->step = a / divisor;
    resampler->phases = b / divisor;
    return true;
}

static bool make_table(Resampler *resampler)
{
    const double ratio = (double)resampler->phases / (double)resampler->step;
    const double scale = ratio < 1.0 ? ratio : 1.0;
    resampler->half = (int)ceil(HALF / scale);
    resampler->taps = (2 * resampler->half + KERNEL_COLUMNS - 1) / KERNEL_COLUMNS * KERNEL_COLUMNS;
    resampler->interpolated = resampler->phases > PHASES_MAX;
    const size_t apart = resampler->interpolated ? PHASES_MAX : (size_t)resampler->phases;
    resampler->rows = apart + (resampler->interpolated ? 1 : 0);
    // Aligned, as is each row: a vector across two cache lines takes twice as long.
    const size_t values = resampler->rows * (size_t)resampler->taps;
    resampler->table = aligned_alloc(KERNEL_ALIGNMENT, values * sizeof(float));
    resampler->history = calloc((size_t)resampler->taps + ROOM, sizeof(float));
    if (!resampler->table || !resampler->history) return false;
    memset(resampler->table, 0, values * sizeof(float));
    for (size_t r = 0; r < resampler->rows; r++) fill_row(resampler, r, (double)apart, scale);
    return true;
}

Resampler *resampler_new(double from, double to, Error *error)
{
    Resampler *resampler = calloc(1, sizeof *resampler);
    if (!resampler) {
        error_set(error, "out of memory");
        return NULL;
    }
    if (!set_ratio(resampler, from, to)) {
        error_set(error, "cannot resample from %g to %g Hz", from, to);
    } else if (!make_table(resampler)) {
        error_set(error, "out of memory");
    } else {
        resampler_reset(resampler, 0);
        return resampler;
    }
    resampler_free(resampler);
    return NULL;
}

void resampler_free(Resampler *resampler)
{
    if (!resampler) return;
    free(resampler->table);
    free(resampler->history);
    free(resampler);
}

void resampler_reset(Resampler *resampler, uint64_t position)
{
    const unsigned __int128 scaled = (unsigned __int128)position * resampler->phases;
    resampler->next = (uint64_t)((scaled + resampler->step - 1) / resampler->step);
    const unsigned __int128 time = (unsigned __int128)resampler->next * resampler->step;
    resampler->whole = (uint64_t)(time / resampler->phases);
    resampler->phase = (uint64_t)(time % resampler->phases);
    resampler->held = (size_t)resampler->taps;
    resampler->first = position; // of the zeros before it: counted from -taps
    memset(resampler->history, 0, (size_t)resampler->taps * sizeof(float));
}

uint64_t resampler_position(const Resampler *resampler)
{
    return resampler->next;
}

int resampler_lookahead(const Resampler *resampler)
{
    return resampler->half;
}

size_t resampler_output_max(const Resampler *resampler, size_t n)
{
    return (size_t)((n * resampler->phases) / resampler->step) + 2;
}

static float filtered(const Resampler *resampler, const float *window)
{
    const size_t taps = (size_t)resampler->taps;
    if (!resampler->interpolated)
        return kernel_dot(window, resampler->table + resampler->phase * taps, resampler->taps);
    const double place = (double)resampler->phase / (double)resampler->phases * PHASES_MAX;
    const size_t row = (size_t)place;
    const float *lower = resampler->table + row * taps;
    const float a = kernel_dot(window, lower, resampler->taps);
    const float b = kernel_dot(window, lower + taps, resampler->taps);
    return a + (float)(place - (double)row) * (b - a);
}

// All output samples whose window has come.
static size_t give(Resampler *resampler, float *out)
{
    const uint64_t half = (uint64_t)resampler->half, taps = (uint64_t)resampler->taps;
    size_t given = 0;
    // The newest sample is number first + held - taps - 1; the window's newest is whole + half.
    while (resampler->first + resampler->held > resampler->whole + half + taps) {
        const size_t newest = (size_t)(resampler->whole + half + taps - resampler->first);
        out[given++] = filtered(resampler, resampler->history + newest + 1 - taps);
        resampler->next++;
        resampler->phase += resampler->step;
        resampler->whole += resampler->phase / resampler->phases;
        resampler->phase %= resampler->phases;
    }
    return given;
}

size_t resampler_process(Resampler *resampler, const float *in, size_t n, float *out)
{
    const size_t room = (size_t)resampler->taps + ROOM;
    size_t given = 0;
    while (n > 0) {
        if (resampler->held == room) { // only the last window can still be asked for
            const size_t kept = (size_t)resampler->taps;
            memmove(resampler->history, resampler->history + room - kept, kept * sizeof(float));
            resampler->first += room - kept;
            resampler->held = kept;
        }
        const size_t left = room - resampler->held, taken = n < left ? n : left;
        memcpy(resampler->history + resampler->held, in, taken * sizeof(float));
        resampler->held += taken;
        in += taken;
        n -= taken;
        given += give(resampler, out + given);
    }
    return given;
}
