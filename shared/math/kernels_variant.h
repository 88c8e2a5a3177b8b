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
//     ADD_QUARTERS(x)
//                the sum of the quarters of x, four values each, one after the other
//     SUM_EACH(a, b, c, d)
//                the sums of four vectors: of each first the quarters as by ADD_QUARTERS(), then
//                (t[0] + t[2]) + (t[1] + t[3]) of what that gives
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

// The panel of `width` columns from `column` on, of which `used` are wanted. The fewer columns, the
// more sums the rows are dealt to.
INLINE void add_panel(const Group *group, const int frames, const float *weight, int rows,
                      int column, const int width, const int used)
{
    const int split = SUMS / (width / LANES), wanted = used < LANES ? LANES : used;
    const int vectors = smaller(wanted / LANES, REGISTERS / frames);
    const int parts = smaller(split, REGISTERS / frames / vectors);
    // From the last columns to the first: where a later frame overlaps an earlier one, it does so
    // with lower columns, and is added after it.
    for (int c = wanted - vectors * LANES; c >= 0; c -= vectors * LANES)
        add_columns(group, frames, weight + c, rows, width, column + c, vectors, split, parts);
}

// One function for each number of frames and width: each has the registers to itself.
typedef void AddPanel(const Group *group, const float *weight, int rows, int column);
enum { HALF = KERNEL_COLUMNS / 2, ONE = KERNEL_COLUMNS, TWO = 2 * ONE, FOUR = 4 * ONE };

#define ADD_PANEL(frames, used)                                                                    \
    static __attribute__((noinline)) void add_##frames##_##used(                                   \
        const Group *group, const float *weight, int rows, int column)                             \
    {                                                                                              \
        add_panel(group, frames, weight, rows, column, used == HALF ? ONE : used, used);           \
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

// For so many frames at once: panels of one, two and four times KERNEL_COLUMNS, and of one of which
// half is wanted.
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
        const bool half = weights->used - (end - width) <= HALF;
        AddPanel *const add = width == FOUR  ? panel->four
                              : width == TWO ? panel->two
                              : half         ? panel->half
                                             : panel->one;
        const size_t column = (size_t)(end - width);
        add(group, weights->packed + column * (size_t)weights->rows + (size_t)first * (size_t)width,
            rows, end - width);
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

// The sum over a filter and a window, but for the values of a vector. Four sums take the vectors of
// products in turn. The first vector is left out where the filter is `padded`: its products are 0.
INLINE Vector filter_window(const float *window, const float *filter, const int taps,
                            const bool padded)
{
    // Sums by name: an array of them would be kept in memory.
    Vector a = {0}, b = {0}, c = {0}, d = {0};
    int at = 0;
    for (; at + 4 * LANES <= taps; at += 4 * LANES) {
        const float *x = window + at, *y = filter + at;
        if (at > 0 || !padded) a = MULTIPLY_ADD(load(x), load(y), a);
        b = MULTIPLY_ADD(load(x + LANES), load(y + LANES), b);
        c = MULTIPLY_ADD(load(x + 2 * LANES), load(y + 2 * LANES), c);
        d = MULTIPLY_ADD(load(x + 3 * LANES), load(y + 3 * LANES), d);
    }
    for (; at < taps; at += LANES)
        if (at > 0 || !padded) a = MULTIPLY_ADD(load(window + at), load(filter + at), a);
    return (a + b) + (c + d);
}

// Returns the sum that SUM_EACH() gives of a vector.
INLINE float sum_values(Vector vector)
{
    const Quarter t = ADD_QUARTERS(vector);
    return (t[0] + t[2]) + (t[1] + t[3]);
}

// One lane, whose windows lie `shift` values after those of lane 0: four outputs at a time.
INLINE void filter_lane(const KernelFilters *filters, float *y, size_t shift, const int taps,
                        const bool padded)
{
    const float *const *window = filters->window, *const *filter = filters->filter;
    int i = 0;
    for (; i + 4 <= filters->count; i += 4) {
        const Quarter values =
            SUM_EACH(filter_window(window[i] + shift, filter[i], taps, padded),
                     filter_window(window[i + 1] + shift, filter[i + 1], taps, padded),
                     filter_window(window[i + 2] + shift, filter[i + 2], taps, padded),
                     filter_window(window[i + 3] + shift, filter[i + 3], taps, padded));
        memcpy(y + i, &values, sizeof values);
    }
    for (; i < filters->count; i++)
        y[i] = sum_values(filter_window(window[i] + shift, filter[i], taps, padded));
}

// Two lanes, which share each filter: two outputs of both at a time.
INLINE void filter_lane_pair(const KernelFilters *filters, float *const y[2], size_t shift,
                             const int taps, const bool padded)
{
    const float *const *window = filters->window, *const *filter = filters->filter;
    const size_t other = shift + filters->x_lane;
    int i = 0;
    for (; i + 2 <= filters->count; i += 2) {
        const float *const first = filter[i], *const second = filter[i + 1];
        const Quarter values = SUM_EACH(filter_window(window[i] + shift, first, taps, padded),
                                        filter_window(window[i + 1] + shift, second, taps, padded),
                                        filter_window(window[i] + other, first, taps, padded),
                                        filter_window(window[i + 1] + other, second, taps, padded));
        memcpy(y[0] + i, &values, 2 * sizeof(float));
        memcpy(y[1] + i, (const float *)&values + 2, 2 * sizeof(float));
    }
    for (; i < filters->count; i++) {
        y[0][i] = sum_values(filter_window(window[i] + shift, filter[i], taps, padded));
        y[1][i] = sum_values(filter_window(window[i] + other, filter[i], taps, padded));
    }
}

INLINE void filter_lanes(const KernelFilters *filters, const int taps, const bool padded)
{
    int lane = 0;
    for (; lane + 2 <= filters->lanes; lane += 2)
        filter_lane_pair(filters, filters->y + lane, (size_t)lane * filters->x_lane, taps, padded);
    if (lane < filters->lanes)
        filter_lane(filters, filters->y[lane], (size_t)lane * filters->x_lane, taps, padded);
}

// Functions of their own for the usual lengths: from 22.05 kHz to a higher rate and between 44.1
// and 48 kHz, from 44.1 to 22.05 kHz, and from 48 to 22.05 kHz.
#define FILTER_TAPS(taps)                                                                          \
    static __attribute__((noinline)) void filter_##taps(const KernelFilters *filters)              \
    {                                                                                              \
        if (filters->zeros >= LANES)                                                               \
            filter_lanes(filters, taps, true);                                                     \
        else                                                                                       \
            filter_lanes(filters, taps, false);                                                    \
    }
FILTER_TAPS(48)
FILTER_TAPS(80)
FILTER_TAPS(96)

static void LEVEL(filter)(const KernelFilters *filters)
{
    switch (filters->taps) {
    case 48: filter_48(filters); break;
    case 80: filter_80(filters); break;
    case 96: filter_96(filters); break;
    default: filter_lanes(filters, filters->taps, false);
    }
}
