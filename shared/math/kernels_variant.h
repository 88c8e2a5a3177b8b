// kernels_variant.h: the body of the vector kernels, written once and compiled for each instruction
// set by kernels_avx2.c, kernels_avx512.c and kernels_neon.c. Before it is included:
//
//     LANES      floats in a vector
//     SUMS       vectors of sums for one frame: they fix the order in which rows are added
//     REGISTERS  vectors of sums that are kept in registers at once
//     SPREAD(x)  a vector with x in all lanes
//     MULTIPLY_ADD(a, b, c)
//                a b + c, rounded once
//     IN_REGISTER(x)
//                has the compiler keep x in a register, where it would read memory for each use
//     SPREAD_PAIR(x)
//                a vector with the bits of the double x in each two lanes
//     FIRST_ROW(v), SECOND_ROW(v), IN_ORDER(x)
//                the values in the even or odd places of 16 floats, v[0] and the vectors after it;
//                in an order that IN_ORDER() puts right
//     SUM_EACH(a, b, c, d)
//                the sums of four vectors: of each first its quarters, four values each, one after
//                the other, then (t[0] + t[2]) + (t[1] + t[3]) of what that gives
//     SHIFT(a, b, from, to)
//                the values of a and then b from number to - from on, 0 to LANES; only where one
//                instruction does it
//     LEVEL(f)   the name of function f at this level
//
// Product and sum are one instruction by name, not by the compiler's choice, which may differ from
// place to place: results must not depend on how work was cut.
#include "math/kernels_samples.h"

#include <string.h>

typedef float Vector __attribute__((vector_size(LANES * sizeof(float))));

#define INLINE static inline __attribute__((always_inline))

INLINE Vector load(const float *values)
{
    Vector vector;
    memcpy(&vector, values, sizeof vector);
    return vector;
}

INLINE void store(float *values, Vector vector)
{
    memcpy(values, &vector, sizeof vector);
}

// ---- Multiply-add ----

enum { FRAMES_MAX = 4 }; // frames that share each load of a weight

// Frames of any lanes, by their places.
typedef struct {
    float *y[FRAMES_MAX];
    const float *x[FRAMES_MAX];
    const float *bias; // of the matrix's columns, or NULL
} Group;

INLINE int smaller(int a, int b)
{
    return a < b ? a : b;
}

enum { HALF = KERNEL_COLUMNS / 2, ONE = KERNEL_COLUMNS, TWO = 2 * ONE, FOUR = 4 * ONE };

// Adds rows first, first + step, … below `rows` to `parts` sets of sums in turn: row first + p to
// set p, and so on. sum[f][p * vectors + v].
INLINE void add_rows(Vector sum[FRAMES_MAX][REGISTERS], const Group *group, const int frames,
                     int first, int rows, const int step, const int parts, const float *weight,
                     const int width, const int vectors)
{
    for (int r = first; r < rows; r += step) {
        for (int p = 0; p < parts; p++) {
            const float *row = weight + (size_t)(r + p) * (size_t)width;
            for (int v = 0; v < vectors; v++) {
                Vector w = load(row + v * LANES);
                IN_REGISTER(w);
                for (int f = 0; f < frames; f++)
                    sum[f][p * vectors + v] =
                        MULTIPLY_ADD(SPREAD(group->x[f][r + p]), w, sum[f][p * vectors + v]);
            }
        }
    }
}

// `vectors` vectors of columns from `column` on, for all frames of the group. The rows are dealt to
// `split` sums, of which `parts` are worked on at once; sum after sum is added to the first, and
// that to y, frame after frame. So a frame's result depends on `split` alone, not on the frames
// beside it, nor on `parts` and `vectors`.
INLINE void add_columns(const Group *group, const int frames, const float *weight, int rows,
                        const int width, int column, const int vectors, const int split,
                        const int parts)
{
    const int whole = rows - rows % split;
    Vector sum[FRAMES_MAX][REGISTERS] = {0}, total[FRAMES_MAX][REGISTERS];
    add_rows(sum, group, frames, 0, whole, split, parts, weight, width, vectors);
    // The rows that are left over go to the first sum.
    add_rows(sum, group, frames, whole, rows, 1, 1, weight, width, vectors);
    for (int f = 0; f < frames; f++) {
        for (int v = 0; v < vectors; v++) {
            total[f][v] = sum[f][v];
            for (int p = 1; p < parts; p++) total[f][v] += sum[f][p * vectors + v];
        }
    }
    for (int first = parts; first < split; first += parts) {
        Vector next[FRAMES_MAX][REGISTERS] = {0};
        add_rows(next, group, frames, first, whole, split, parts, weight, width, vectors);
        for (int f = 0; f < frames; f++)
            for (int v = 0; v < vectors; v++)
                for (int p = 0; p < parts; p++) total[f][v] += next[f][p * vectors + v];
    }
    for (int f = 0; f < frames; f++) {
        float *y = group->y[f] + column;
        const float *before = group->bias ? group->bias + column : y;
        for (int v = 0; v < vectors; v++)
            store(y + v * LANES, load(before + v * LANES) + total[f][v]);
    }
}

// The panel of `width` columns from `column` on. The fewer columns, the more sums the rows go to.
INLINE void add_panel(const Group *group, const int frames, const float *weight, int rows,
                      int column, const int width)
{
    const int split = SUMS / (width / LANES);
    const int vectors = smaller(width / LANES, REGISTERS / frames);
    const int parts = smaller(split, REGISTERS / frames / vectors);
    // From the last columns to the first: where a later frame overlaps an earlier one, it does so
    // with lower columns, and is added after it.
    for (int c = width - vectors * LANES; c >= 0; c -= vectors * LANES)
        add_columns(group, frames, weight + c, rows, width, column + c, vectors, split, parts);
}

// ---- Narrow panels ----

// A pair of rows of a narrow panel fills so many vectors. In each, the sum that the first row goes
// to and the one that the second goes to lie value by value beside each other: the same sums as in
// a whole panel.
enum { ROW_PAIR = ONE / LANES, NARROW_SPLIT = SUMS / ROW_PAIR };

typedef float Half __attribute__((vector_size(HALF * sizeof(float))));

INLINE double load_pair(const float *values)
{
    double pair; // never computed with
    memcpy(&pair, values, sizeof pair);
    return pair;
}

// Adds a row of a narrow panel to a sum whose values are in the order of FIRST_ROW().
INLINE Half add_narrow_row(Half sum, const float *weight, int row, float x)
{
    Vector pair[ROW_PAIR];
    for (int v = 0; v < ROW_PAIR; v++) pair[v] = load(weight + row / 2 * ONE + v * LANES);
    const Half w = row % 2 > 0 ? SECOND_ROW(pair) : FIRST_ROW(pair);
    for (int c = 0; c < HALF; c++) sum[c] = fmaf(x, w[c], sum[c]);
    return sum;
}

INLINE void finish_narrow(const Group *group, int f, int column, Half total)
{
    float *y = group->y[f] + column;
    Half sum;
    memcpy(&sum, group->bias ? group->bias + column : y, sizeof sum);
    sum += IN_ORDER(total);
    memcpy(y, &sum, sizeof sum);
}

// A narrow panel from an even row on.
INLINE void add_narrow(const Group *group, const int frames, const float *weight, int rows,
                       int column)
{
    const int whole = rows - rows % NARROW_SPLIT;
    const int pairs = smaller(NARROW_SPLIT / 2, REGISTERS / frames / ROW_PAIR); // worked on at once
    Half total[FRAMES_MAX] = {0};
    // Where loops over them are not unrolled, arrays of vectors lie in memory.
#pragma GCC unroll 16
    for (int first = 0; first < NARROW_SPLIT; first += 2 * pairs) {
        Vector sum[FRAMES_MAX][REGISTERS] = {0};
        for (int r = first; r < whole; r += NARROW_SPLIT) {
            for (int i = 0; i < pairs * ROW_PAIR; i++) {
                Vector w = load(weight + r / 2 * ONE + i * LANES);
                IN_REGISTER(w);
                for (int f = 0; f < frames; f++) {
                    const float *x = group->x[f] + r + i / ROW_PAIR * 2;
                    sum[f][i] = MULTIPLY_ADD(SPREAD_PAIR(load_pair(x)), w, sum[f][i]);
                }
            }
        }
#pragma GCC unroll 16
        for (int f = 0; f < frames; f++) {
#pragma GCC unroll 16
            for (int i = 0; i < pairs * ROW_PAIR; i += ROW_PAIR) {
                const Half even = FIRST_ROW(&sum[f][i]), odd = SECOND_ROW(&sum[f][i]);
                total[f] = first + i == 0 ? even : total[f] + even;
                // The rows that are left over go to the first sum.
                for (int r = whole; first + i == 0 && r < rows; r++)
                    total[f] = add_narrow_row(total[f], weight, r, group->x[f][r]);
                total[f] += odd;
            }
        }
    }
    for (int f = 0; f < frames; f++) finish_narrow(group, f, column, total[f]);
}

// The same from an odd row on, slowly: where the taps of a dilated block have odd many channels.
static void add_unpaired(const Group *group, int frames, const float *weight, int first, int rows,
                         int column)
{
    const int whole = rows - rows % NARROW_SPLIT;
    for (int f = 0; f < frames; f++) {
        Half sum[NARROW_SPLIT] = {0};
        for (int r = 0; r < rows; r++) {
            Half *to = &sum[r < whole ? r % NARROW_SPLIT : 0];
            *to = add_narrow_row(*to, weight, first + r, group->x[f][r]);
        }
        for (int p = 1; p < NARROW_SPLIT; p++) sum[0] += sum[p];
        finish_narrow(group, f, column, sum[0]);
    }
}

// ---- All panels ----

// One function for each number of frames and width: each has the registers to itself.
typedef void AddPanel(const Group *group, const float *weight, int rows, int column);

#define ADD_PANEL(frames, width)                                                                   \
    static __attribute__((noinline)) void add_##frames##_##width(                                  \
        const Group *group, const float *weight, int rows, int column)                             \
    {                                                                                              \
        if ((width) == HALF)                                                                       \
            add_narrow(group, frames, weight, rows, column);                                       \
        else                                                                                       \
            add_panel(group, frames, weight, rows, column, width);                                 \
    }
ADD_PANEL(1, HALF)
ADD_PANEL(1, ONE)
ADD_PANEL(1, TWO)
ADD_PANEL(1, FOUR)
ADD_PANEL(2, HALF)
ADD_PANEL(2, ONE)
ADD_PANEL(2, TWO)
ADD_PANEL(2, FOUR)
ADD_PANEL(4, HALF)
ADD_PANEL(4, ONE)
ADD_PANEL(4, TWO)
ADD_PANEL(4, FOUR)

// For so many frames at once: narrow panels, and those of one, two and four times KERNEL_COLUMNS.
typedef struct {
    int frames;
    AddPanel *half, *one, *two, *four;
} Panels;

static const Panels panels[] = {
    {4, add_4_HALF, add_4_ONE, add_4_TWO, add_4_FOUR},
    {2, add_2_HALF, add_2_ONE, add_2_TWO, add_2_FOUR},
    {1, add_1_HALF, add_1_ONE, add_1_TWO, add_1_FOUR},
};

static void add_group(const Panels *panel, const Group *group, const KernelWeights *weights,
                      int first, int rows)
{
    for (int end = weights->columns, width; end > 0; end -= width) {
        width = end % TWO > 0 ? ONE : end % FOUR > 0 ? TWO : FOUR;
        const int column = end - width;
        const bool narrow = weights->used - column <= HALF;
        const float *weight = weights->packed + (size_t)column * (size_t)weights->rows;
        if (narrow && first % 2 > 0) {
            add_unpaired(group, panel->frames, weight, first, rows, column);
            continue;
        }
        AddPanel *const add = narrow         ? panel->half
                              : width == ONE ? panel->one
                              : width == TWO ? panel->two
                                             : panel->four;
        add(group, weight + (size_t)first * (size_t)(narrow ? HALF : width), rows, column);
    }
}

static void LEVEL(multiply_add)(const KernelFrames *frames, const KernelWeights *weights, int first,
                                int rows)
{
    size_t frame = 0, lane = 0;
    const Panels *panel = panels;
    for (int left = frames->frames * frames->lanes; left > 0; left -= panel->frames) {
        while (panel->frames > left) panel++;
        Group group = {.bias = frames->bias};
        for (int f = 0; f < panel->frames; f++) {
            group.y[f] = frames->y + lane * frames->y_lane + frame * frames->y_step;
            group.x[f] = frames->x + lane * frames->x_lane + frame * frames->x_step;
            if (++lane < (size_t)frames->lanes) continue;
            lane = 0;
            frame++;
        }
        add_group(panel, &group, weights, first, rows);
    }
}

// ---- Filters ----

typedef float Quarter __attribute__((vector_size(4 * sizeof(float))));

enum {
    OUTPUTS = 4,   // of a lane that are worked on at once: what SUM_EACH() takes
    PAIR = 2,      // lanes that share each load of a filter
    TAPS_MAX = 96, // of the lengths that have functions of their own
};

// Outputs that are worked on at once: their windows and filters.
typedef struct {
    const float *window[PAIR];               // that of the first output, by lane
    Vector near[PAIR][TAPS_MAX / LANES + 1]; // its values, and those behind it
    const uint32_t *at;                      // where each window begins
    const float *filter;                     // [outputs][taps]
} Outputs;

// Vector `v` of the window of output `i`. Windows that begin `close` together are made of the
// vectors of the first, where there is SHIFT(): most vectors of a window lie across two cache
// lines, and such loads are slower than anything else here.
INLINE Vector window_vector(const Outputs *outputs, const int lane, const int i, const int v,
                            const bool close)
{
#ifdef SHIFT
    const Vector *near = outputs->near[lane] + v;
    if (close && i == 0) return near[0];
    if (close) return SHIFT(near[0], near[1], outputs->at[0], outputs->at[i]);
#else
    (void)close;
#endif
    return load(outputs->window[lane] + (outputs->at[i] - outputs->at[0]) + v * LANES);
}

// Adds the products of vector `v` of a filter and of the windows of output `i` to each lane's sum.
INLINE void add_products(Vector sum[PAIR], const Outputs *outputs, const float *filter,
                         const int lanes, const int i, const int v, const bool close)
{
    Vector values = load(filter + v * LANES);
    if (lanes > 1) IN_REGISTER(values);
    for (int l = 0; l < lanes; l++)
        sum[l] = MULTIPLY_ADD(window_vector(outputs, l, i, v, close), values, sum[l]);
}

// The sum of each lane over filter and window of output `i`, but for the values of a vector. Four
// sums take the vectors of products in turn, the first one those that are left over. The first
// vector is left out where the filter is `padded`: its products are 0.
INLINE void add_output(Vector sum[PAIR], const Outputs *outputs, const int lanes, const int i,
                       const int taps, const bool padded, const bool close)
{
    const float *filter = outputs->filter + i * taps;
    const int vectors = taps / LANES, dealt = vectors - vectors % 4;
    Vector part[4][PAIR] = {0};
    for (int v = 0; v < dealt; v += 4)
        for (int p = 0; p < 4; p++)
            if (v + p > 0 || !padded)
                add_products(part[p], outputs, filter, lanes, i, v + p, close);
    for (int v = dealt; v < vectors; v++)
        if (v > 0 || !padded) add_products(part[0], outputs, filter, lanes, i, v, close);
    for (int l = 0; l < lanes; l++) {
        sum[l] = part[0][l] + part[1][l]; // also where there is only the first: never -0
        if (vectors >= 4) sum[l] += part[2][l] + part[3][l];
    }
}

// `count` outputs from number `first` on, at most OUTPUTS, of some lanes.
INLINE void filter_outputs(const KernelFilters *filters, int lane, const int lanes, int first,
                           const int count, const int taps, const bool padded, const bool close)
{
    Outputs outputs = {
        .at = filters->at + first,
        .filter = filters->filter + (size_t)first * (size_t)taps,
    };
    for (int l = 0; l < lanes; l++) {
        outputs.window[l] =
            filters->x + (size_t)(lane + l) * filters->x_lane + (outputs.at[0] - filters->at[0]);
        for (int v = 0; close && v <= taps / LANES; v++)
            outputs.near[l][v] = load(outputs.window[l] + v * LANES);
    }
    // Where there are fewer outputs the last one is computed several times. One by one: the sums of
    // a loop would be kept in memory.
    const int last = count - 1;
    Vector sum[OUTPUTS][PAIR];
    add_output(sum[0], &outputs, lanes, 0, taps, padded, close);
    add_output(sum[1], &outputs, lanes, smaller(1, last), taps, padded, close);
    add_output(sum[2], &outputs, lanes, smaller(2, last), taps, padded, close);
    add_output(sum[3], &outputs, lanes, smaller(3, last), taps, padded, close);
    for (int l = 0; l < lanes; l++) {
        const Quarter values = SUM_EACH(sum[0][l], sum[1][l], sum[2][l], sum[3][l]);
        memcpy(filters->y[lane + l] + first, &values, (size_t)count * sizeof(float));
    }
}

INLINE void filter_lanes(const KernelFilters *filters, int lane, const int lanes, const int taps,
                         const bool padded, const bool close)
{
    const int last = filters->count - OUTPUTS;
    // At the end some are computed twice.
    for (int i = 0; last >= 0 && i < filters->count; i += OUTPUTS)
        filter_outputs(filters, lane, lanes, smaller(i, last), OUTPUTS, taps, padded, close);
    if (last < 0 && filters->count > 0)
        filter_outputs(filters, lane, lanes, 0, filters->count, taps, padded, close);
}

INLINE void filter_all(const KernelFilters *given, const int taps, const bool padded,
                       const bool close)
{
    const KernelFilters filters = *given; // which the outputs do not overwrite
    int lane = 0;
    for (; lane + PAIR <= filters.lanes; lane += PAIR)
        filter_lanes(&filters, lane, PAIR, taps, padded, close);
    if (lane < filters.lanes) filter_lanes(&filters, lane, 1, taps, padded, close);
}

// Functions of their own for the usual lengths: from 22.05 kHz to a higher rate and between 44.1
// and 48 kHz, from 44.1 to 22.05 kHz, and from 48 to 22.05 kHz.
#define FILTER_TAPS(taps)                                                                          \
    static __attribute__((noinline)) void filter_##taps(const KernelFilters *filters)              \
    {                                                                                              \
        if (LANES < KERNEL_COLUMNS && filters->zeros >= LANES)                                     \
            filter_all(filters, taps, true, true);                                                 \
        else                                                                                       \
            filter_all(filters, taps, false, true);                                                \
    }
FILTER_TAPS(48)
FILTER_TAPS(80)
FILTER_TAPS(96)

static void LEVEL(filter)(const KernelFilters *filters)
{
    // As far apart as SHIFT() reaches.
    const bool close = (OUTPUTS - 1) * filters->gap <= KERNEL_COLUMNS;
    switch (close ? filters->taps : 0) {
    case 48: filter_48(filters); break;
    case 80: filter_80(filters); break;
    case 96: filter_96(filters); break;
    default: filter_all(filters, filters->taps, false, false);
    }
}
