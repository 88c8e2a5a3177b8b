// kernels_variant.h: the body of the vector kernels, written once and compiled for each instruction
// set by kernels_avx2.c, kernels_avx512.c and kernels_neon.c. Before it is included:
//
//     LANES      floats in a vector
//     SUMS       vectors of sums of one frame: enough to fill the latency of the multiply-adds
//     FRAMES     frames worked on at once, as the registers allow
//     SPREAD(x)  a vector with x in all lanes
//     MULTIPLY_ADD(a, b, c)
//                a b + c, rounded once
//     VARIANT(f) the name of function f in this variant
//
// Where a product and a sum are one instruction is said here, not left to the compiler, which may
// decide otherwise in one place than in another: results must not depend on how work was cut.
#include "math/kernels.h"

#include <string.h>

typedef float Vector __attribute__((vector_size(LANES * sizeof(float))));

static inline Vector load(const float *values)
{
    Vector vector;
    memcpy(&vector, values, sizeof vector);
    return vector;
}

static inline void store(float *values, Vector vector)
{
    memcpy(values, &vector, sizeof vector);
}

// `vectors` vectors of columns from y on, of `frames` frames at once, which share the loads of the
// weights. The rows are dealt to SUMS / vectors sums each, which are added at the end and then to
// y, frame after frame: so a frame's result does not depend on those beside it.
static inline __attribute__((always_inline)) void add_columns(float *y, size_t y_step,
                                                              const float *x, size_t x_step,
                                                              const int frames, const float *weight,
                                                              int rows, int columns,
                                                              const int vectors)
{
    const int split = SUMS / vectors;
    Vector sum[FRAMES][SUMS] = {0};
    int r = 0;
    for (; r + split <= rows; r += split) {
        for (int s = 0; s < split; s++) {
            const float *row = weight + (size_t)(r + s) * (size_t)columns;
            for (int v = 0; v < vectors; v++)
                for (int f = 0; f < frames; f++)
                    sum[f][s * vectors + v] =
                        MULTIPLY_ADD(SPREAD(x[(size_t)f * x_step + (size_t)(r + s)]),
                                     load(row + v * LANES), sum[f][s * vectors + v]);
        }
    }
    for (; r < rows; r++) {
        const float *row = weight + (size_t)r * (size_t)columns;
        for (int v = 0; v < vectors; v++)
            for (int f = 0; f < frames; f++)
                sum[f][v] = MULTIPLY_ADD(SPREAD(x[(size_t)f * x_step + (size_t)r]),
                                         load(row + v * LANES), sum[f][v]);
    }
    for (int f = 0; f < frames; f++, y += y_step) {
        for (int s = 1; s < split; s++)
            for (int v = 0; v < vectors; v++) sum[f][v] += sum[f][s * vectors + v];
        for (int v = 0; v < vectors; v++) store(y + v * LANES, load(y + v * LANES) + sum[f][v]);
    }
}

// From the last columns to the first: where a later frame overlaps an earlier one, it does so with
// lower columns, and is added after it.
static inline __attribute__((always_inline)) void add_frames(float *y, size_t y_step,
                                                             const float *x, size_t x_step,
                                                             const int frames, const float *weight,
                                                             int rows, int columns)
{
    enum { UNIT = KERNEL_COLUMNS / LANES }; // vectors in the least number of columns
    int c = columns;
    for (; c % (4 * KERNEL_COLUMNS) % (2 * KERNEL_COLUMNS) > 0; c -= KERNEL_COLUMNS)
        add_columns(y + c - KERNEL_COLUMNS, y_step, x, x_step, frames, weight + c - KERNEL_COLUMNS,
                    rows, columns, UNIT);
    for (; c % (4 * KERNEL_COLUMNS) > 0; c -= 2 * KERNEL_COLUMNS)
        add_columns(y + c - 2 * KERNEL_COLUMNS, y_step, x, x_step, frames,
                    weight + c - 2 * KERNEL_COLUMNS, rows, columns, 2 * UNIT);
    for (; c > 0; c -= 4 * KERNEL_COLUMNS)
        add_columns(y + c - 4 * KERNEL_COLUMNS, y_step, x, x_step, frames,
                    weight + c - 4 * KERNEL_COLUMNS, rows, columns, 4 * UNIT);
}

void VARIANT(multiply_add)(float *y, size_t y_step, const float *x, size_t x_step, int frames,
                           const float *weight, int rows, int columns)
{
    int f = 0;
    for (; f + FRAMES <= frames; f += FRAMES)
        add_frames(y + (size_t)f * y_step, y_step, x + (size_t)f * x_step, x_step, FRAMES, weight,
                   rows, columns);
    for (; f < frames; f++)
        add_frames(y + (size_t)f * y_step, y_step, x + (size_t)f * x_step, x_step, 1, weight, rows,
                   columns);
}

void VARIANT(leaky_relu)(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] > 0.0f ? x[i] : LEAKY_RELU_SLOPE * x[i];
}

typedef float Quarter __attribute__((vector_size(4 * sizeof(float))));
typedef union {
    Vector vector;
    Quarter quarter[LANES / 4];
} Lanes;

static inline Vector add_product(Vector sum, const float *x, const float *y)
{
    return MULTIPLY_ADD(load(x), load(y), sum);
}

float VARIANT(dot)(const float *x, const float *y, int n)
{
    // Four sums by name: an array of them would be kept in memory.
    Vector a = {0}, b = {0}, c = {0}, d = {0};
    int at = 0;
    for (; at + 4 * LANES <= n; at += 4 * LANES) {
        a = add_product(a, x + at, y + at);
        b = add_product(b, x + at + LANES, y + at + LANES);
        c = add_product(c, x + at + 2 * LANES, y + at + 2 * LANES);
        d = add_product(d, x + at + 3 * LANES, y + at + 3 * LANES);
    }
    for (; at < n; at += LANES) a = add_product(a, x + at, y + at);
    const Lanes lanes = {.vector = (a + b) + (c + d)};
    Quarter total = lanes.quarter[0];
    for (int q = 1; q < LANES / 4; q++) total += lanes.quarter[q];
    return (total[0] + total[2]) + (total[1] + total[3]);
}
