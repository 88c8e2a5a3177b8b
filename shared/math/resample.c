#include "math/resample.h"

#include "math/kernels.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REJECTION 97.0 // dB
#define PI        3.14159265358979323846

enum {
    HALF = 19, // samples of the lower rate to each side
    // Rows of the table. Ratios with more phases are interpolated between as many.
    PHASES_MAX = 2048,
    VALUES_MIN = 2048, // of the table: rows are repeated, so that many output samples go at once
    ROOM = 512,        // input samples that the history takes before it is moved
};

// The filters of one ratio. All resamplers of the process with that ratio share them, so a hundred
// instances of the plugin find them in the processor's caches.
typedef struct Filters Filters;
struct Filters {
    uint64_t step, phases;           // the ratio of the rates, in lowest terms
    uint64_t step_whole, step_phase; // the step in whole input samples, and the phases beyond them
    int half;                        // input samples to each side
    int taps;                        // 2 * half, filled to whole vectors by zeros before the oldest
    int gap;                         // input samples from a window to the next, at most
    // The table has a row for each output sample until the phases repeat, in their order, so that
    // it is read from its beginning to its end, once or several times; or, where there are too many
    // phases, PHASES_MAX rows of them and one more to interpolate towards.
    size_t rows;
    uint64_t period; // whole input samples from row 0 to row 0 again
    bool interpolated;
    float *table;   // [rows][taps], aligned
    uint32_t *time; // [rows]: of these output samples, in whole input samples; or NULL
    int users;
    Filters *next; // in the list of those in use
};

static pthread_mutex_t filters_lock = PTHREAD_MUTEX_INITIALIZER;
static Filters *filters_in_use;

// Output sample m stands for the input time m * step / phases: `whole` input samples and `phase`
// phases. Where the table has all phases these two are those of the last sample with row 0.
struct Resampler {
    const Filters *filters;
    int lanes;
    size_t lane_step; // values: taps + ROOM
    float *history;   // [lanes][lane_step], and what kernel_filter() reads behind it
    size_t held;      // input samples in it
    uint64_t first;   // number of its first one, counted from -taps, so that it is never negative
    uint64_t next;    // number of the next output sample
    size_t row;       // of the table, if that has all phases
    uint64_t whole, phase; // its time
};

// ---- The filters ----

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

// The filter at `t` input samples from its middle, but for a factor. `scale` is 1, or to / from
// where that is less.
static double filter(double t, double scale, double half)
{
    const double beta = 0.1102 * (REJECTION - 8.7);
    const double share = t / half;
    if (fabs(share) >= 1.0) return 0.0;
    const double x = PI * t * scale;
    const double sinc = x == 0.0 ? 1.0 : sin(x) / x;
    return sinc * bessel_i0(beta * sqrt(1.0 - share * share));
}

// Row r is the filter for times `after` an input sample, less than one. It sums to one, so that a
// steady input stays as it is.
static void fill_row(const Filters *filters, size_t r, double after, double scale)
{
    const int used = 2 * filters->half;
    float *row = filters->table + (r + 1) * (size_t)filters->taps - used;
    const double time = filters->half - 1 + after;
    double sum = 0.0;
    for (int i = 0; i < used; i++) {
        const double value = filter(i - time, scale, HALF / scale);
        row[i] = (float)value;
        sum += value;
    }
    for (int i = 0; i < used; i++) row[i] = (float)(row[i] / sum);
}

// Returns to / from where that is less than 1.
static double scale_of(uint64_t step, uint64_t phases)
{
    return phases < step ? (double)phases / (double)step : 1.0;
}

static int half_of(uint64_t step, uint64_t phases)
{
    return (int)ceil(HALF / scale_of(step, phases));
}

static void filters_free(Filters *filters)
{
    free(filters->table);
    free(filters->time);
    free(filters);
}

// Fills the table and the times.
static void fill_rows(const Filters *filters, double scale)
{
    for (size_t r = 0; r < filters->rows; r++) {
        if (filters->interpolated) {
            fill_row(filters, r, (double)r / PHASES_MAX, scale);
            continue;
        }
        const uint64_t time = r * filters->step;
        filters->time[r] = (uint32_t)(time / filters->phases);
        fill_row(filters, r, (double)(time % filters->phases) / (double)filters->phases, scale);
    }
}

static Filters *filters_new(uint64_t step, uint64_t phases)
{
    Filters *filters = calloc(1, sizeof *filters);
    if (!filters) return NULL;
    const double scale = scale_of(step, phases);
    filters->step = step;
    filters->phases = phases;
    filters->step_whole = step / phases;
    filters->step_phase = step % phases;
    filters->half = half_of(step, phases);
    filters->taps = (2 * filters->half + KERNEL_COLUMNS - 1) / KERNEL_COLUMNS * KERNEL_COLUMNS;
    filters->gap = (int)((step + phases - 1) / phases);
    filters->interpolated = phases > PHASES_MAX;
    filters->rows = PHASES_MAX + 1;
    if (!filters->interpolated) {
        const uint64_t repeats = 1 + VALUES_MIN / (phases * (uint64_t)filters->taps);
        filters->rows = (size_t)(repeats * phases);
        filters->period = repeats * step;
    }
    // A vector across two cache lines takes twice as long; each row is aligned as the table is.
    const size_t values = filters->rows * (size_t)filters->taps;
    filters->table = aligned_alloc(KERNEL_ALIGNMENT, values * sizeof(float));
    if (!filters->interpolated) filters->time = malloc(filters->rows * sizeof *filters->time);
    if (!filters->table || (!filters->interpolated && !filters->time)) {
        filters_free(filters);
        return NULL;
    }
    memset(filters->table, 0, values * sizeof(float));
    fill_rows(filters, scale);
    return filters;
}

// Those in use for that ratio, or new ones; NULL where memory is short.
static const Filters *filters_take(uint64_t step, uint64_t phases)
{
    pthread_mutex_lock(&filters_lock);
    Filters *filters = filters_in_use;
    while (filters && (filters->step != step || filters->phases != phases)) filters = filters->next;
    if (!filters && (filters = filters_new(step, phases))) {
        filters->next = filters_in_use;
        filters_in_use = filters;
    }
    if (filters) filters->users++;
    pthread_mutex_unlock(&filters_lock);
    return filters;
}

static void filters_leave(const Filters *given)
{
    if (!given) return;
    pthread_mutex_lock(&filters_lock);
    Filters **link = &filters_in_use;
    while (*link != given) link = &(*link)->next;
    Filters *filters = *link;
    if (--filters->users == 0) {
        *link = filters->next;
        filters_free(filters);
    }
    pthread_mutex_unlock(&filters_lock);
}

// ---- The stream ----

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b > 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// Finds the ratio in lowest terms, from rates in whole thousandths of a Hz.
static void find_ratio(double from, double to, uint64_t *step, uint64_t *phases)
{
    const uint64_t a = (uint64_t)llround(from * 1e3), b = (uint64_t)llround(to * 1e3);
    const uint64_t divisor = greatest_common_divisor(a, b);
    *step = a / divisor;
    *phases = b / divisor;
}

Resampler *resampler_new(double from, double to, int lanes, Error *error)
{
    if (!(from >= 1.0 && from <= 1e6 && to >= 1.0 && to <= 1e6)) {
        error_set(error, "cannot resample from %g to %g Hz", from, to);
        return NULL;
    }
    uint64_t step, phases;
    find_ratio(from, to, &step, &phases);
    Resampler *resampler = calloc(1, sizeof *resampler);
    if (resampler) resampler->filters = filters_take(step, phases);
    if (resampler && resampler->filters) {
        resampler->lanes = lanes;
        resampler->lane_step = (size_t)resampler->filters->taps + ROOM;
        resampler->history = calloc((size_t)lanes * resampler->lane_step + KERNEL_COLUMNS,
                                    sizeof *resampler->history);
        if (resampler->history) {
            resampler_reset(resampler, 0);
            return resampler;
        }
    }
    error_out_of_memory(error);
    resampler_free(resampler);
    return NULL;
}

void resampler_free(Resampler *resampler)
{
    if (!resampler) return;
    filters_leave(resampler->filters);
    free(resampler->history);
    free(resampler);
}

static float *lane_history(const Resampler *resampler, int lane)
{
    return resampler->history + (size_t)lane * resampler->lane_step;
}

void resampler_reset(Resampler *resampler, uint64_t position)
{
    const Filters *filters = resampler->filters;
    const uint64_t step = filters->step, phases = filters->phases;
    // next = ceil(position * phases / step). `position` is divided first: neither step nor phases
    // is above 10^9, so the products of what is left stay below 2^64.
    const uint64_t scaled = position % step * phases;
    resampler->next = position / step * phases + (scaled + step - 1) / step;
    const uint64_t time = resampler->next % phases * step; // likewise
    resampler->whole = resampler->next / phases * step + time / phases;
    resampler->phase = time % phases;
    if (!filters->interpolated) {
        resampler->row = (size_t)(resampler->next % phases);
        resampler->whole = resampler->next / phases * step;
    }
    resampler->held = (size_t)filters->taps;
    resampler->first = position; // of the zeros before it: counted from -taps
    for (int l = 0; l < resampler->lanes; l++)
        memset(lane_history(resampler, l), 0, (size_t)filters->taps * sizeof(float));
}

uint64_t resampler_position(const Resampler *resampler)
{
    return resampler->next;
}

int resampler_lookahead(const Resampler *resampler)
{
    return resampler->filters->half;
}

int resampler_lookahead_of(double from, double to)
{
    uint64_t step, phases;
    find_ratio(from, to, &step, &phases);
    return half_of(step, phases);
}

size_t resampler_output_max(const Resampler *resampler, size_t n)
{
    return (size_t)((n * resampler->filters->phases) / resampler->filters->step) + 2;
}

// Returns the place in the history of the newest sample of the window that stands for the time
// `whole`. It may lie before the history: below 0, as unsigned numbers have it.
static uint64_t newest(const Resampler *resampler)
{
    const Filters *filters = resampler->filters;
    // Sample number n stands at n + taps - first; a window's newest is its time + half.
    return resampler->whole + (uint64_t)filters->half + (uint64_t)filters->taps - resampler->first;
}

// Filters `count` windows, which begin where `at` says; the newest sample of the first one stands
// at place `end`.
static void filter_windows(const Resampler *resampler, uint64_t end, const uint32_t *at, size_t row,
                           size_t count, float *const *out)
{
    const Filters *filters = resampler->filters;
    const size_t taps = (size_t)filters->taps;
    kernel_filter(&(KernelFilters){
        .y = out,
        .x = resampler->history + (end + 1 - taps),
        .x_lane = resampler->lane_step,
        .at = at,
        .gap = filters->gap,
        .filter = filters->table + row * taps,
        .lanes = resampler->lanes,
        .count = (int)count,
        .taps = filters->taps,
        .zeros = filters->taps - 2 * filters->half,
    });
}

// Writes all output samples whose windows have come to out[lane], from `given` on, each of them
// between two rows of the table; returns how many there are then.
static size_t emit_interpolated(Resampler *resampler, float *const *out, size_t given)
{
    const Filters *filters = resampler->filters;
    static const uint32_t same[2] = {0, 0};
    for (uint64_t end; (end = newest(resampler)) < resampler->held; given++) {
        const double place = (double)resampler->phase / (double)filters->phases * PHASES_MAX;
        const size_t row = (size_t)place;
        const float share = (float)(place - (double)row);
        float both[RESAMPLER_LANES_MAX][2], *to[RESAMPLER_LANES_MAX];
        for (int l = 0; l < resampler->lanes; l++) to[l] = both[l];
        filter_windows(resampler, end, same, row, 2, to);
        for (int l = 0; l < resampler->lanes; l++)
            out[l][given] = both[l][0] + share * (both[l][1] - both[l][0]);
        resampler->whole += filters->step_whole;
        resampler->phase += filters->step_phase;
        if (resampler->phase < filters->phases) continue;
        resampler->phase -= filters->phases;
        resampler->whole++;
    }
    return given;
}

// Returns how many of the next output samples have their windows in the history, where the table
// has all phases.
static size_t ready(const Resampler *resampler)
{
    const Filters *filters = resampler->filters;
    // Input samples from the newest one of row 0 on. The window of row r ends r * step / phases
    // later; it has come where the whole part of that is less.
    const int64_t come = (int64_t)(resampler->held - newest(resampler));
    if (come <= 0) return 0;
    const uint64_t rows = ((uint64_t)come * filters->phases + filters->step - 1) / filters->step;
    return rows > resampler->row ? (size_t)rows - resampler->row : 0;
}

// The same as emit_interpolated() where the table has all phases.
static size_t emit_rows(Resampler *resampler, float *const *out, size_t given)
{
    const Filters *filters = resampler->filters;
    for (size_t left = ready(resampler), count; left > 0; left -= count, given += count) {
        const size_t row = resampler->row, rest = filters->rows - row;
        count = left < rest ? left : rest;
        float *to[RESAMPLER_LANES_MAX];
        for (int l = 0; l < resampler->lanes; l++) to[l] = out[l] + given;
        const uint32_t *time = filters->time + row;
        filter_windows(resampler, newest(resampler) + time[0], time, row, count, to);
        resampler->row = row + count;
        if (resampler->row < filters->rows) continue;
        resampler->row = 0;
        resampler->whole += filters->period;
    }
    return given;
}

// Only the last window can still be asked for.
static void make_room(Resampler *resampler)
{
    const size_t kept = (size_t)resampler->filters->taps, moved = resampler->held - kept;
    for (int l = 0; l < resampler->lanes; l++) {
        float *history = lane_history(resampler, l);
        memmove(history, history + moved, kept * sizeof(float));
    }
    resampler->first += moved;
    resampler->held = kept;
}

size_t resampler_process(Resampler *resampler, const float *const *in, size_t n, float *const *out)
{
    const bool interpolated = resampler->filters->interpolated;
    size_t given = 0;
    for (size_t at = 0, taken; at < n; at += taken) {
        taken = n - at < ROOM ? n - at : ROOM;
        if (resampler->held + taken > resampler->lane_step) make_room(resampler);
        for (int l = 0; l < resampler->lanes; l++)
            memcpy(lane_history(resampler, l) + resampler->held, in[l] + at, taken * sizeof(float));
        resampler->held += taken;
        given = (interpolated ? emit_interpolated : emit_rows)(resampler, out, given);
    }
    resampler->next += given;
    return given;
}
