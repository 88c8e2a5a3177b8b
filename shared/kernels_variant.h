// kernels_variant.h: the body of the vector kernels, written once and compiled for each instruction
// set by kernels_avx2.c, kernels_avx512.c and kernels_neon.c. Before it is included:
//
//     LANES      floats in a vector
//     SUMS       vectors of sums kept at once: enough to fill the latency of the multiply-adds
//     VARIANT(f) the name of function f in this variant
//
// The files are compiled with -ffp-contract=fast, so that a product and a sum are one instruction.
#include "kernels.h"

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

// `vectors` vectors of columns from y on. The rows are dealt to SUMS / vectors sums each, which are
// added at the end.
static inline __attribute__((always_inline)) void add_columns(float *y, const float *x,
                                                              const float *weight, int rows,
                                                              int columns, const int vectors)
{
    const int split = SUMS / vectors;
    Vector sum[SUMS] = {0};
    for (int v = 0; v < vectors; v++) sum[v] = load(y + v * LANES);
    int r = 0;
    for (; r + split <= rows; r += split) {
        for (int s = 0; s < split; s++) {
            const float *row = weight + (size_t)(r + s) * (size_t)columns;
            for (int v = 0; v < vectors; v++)
                sum[s * vectors + v] += x[r + s] * load(row + v * LANES);
        }
    }
    for (; r < rows; r++) {
        const float *row = weight + (size_t)r * (size_t)columns;
        for (int v = 0; v < vectors; v++) sum[v] += x[r] * load(row + v * LANES);
    }
    for (int s = 1; s < split; s++)
        for (int v = 0; v < vectors; v++) sum[v] += sum[s * vectors + v];
    for (int v = 0; v < vectors; v++) store(y + v * LANES, sum[v]);
}

void VARIANT(multiply_add)(float *y, const float *x, const float *weight, int rows, int columns)
{
    enum { UNIT = KERNEL_COLUMNS / LANES }; // vectors in the least number of columns
    int c = 0;
    for (; c + 4 * KERNEL_COLUMNS <= columns; c += 4 * KERNEL_COLUMNS)
        add_columns(y + c, x, weight + c, rows, columns, 4 * UNIT);
    for (; c + 2 * KERNEL_COLUMNS <= columns; c += 2 * KERNEL_COLUMNS)
        add_columns(y + c, x, weight + c, rows, columns, 2 * UNIT);
    for (; c < columns; c += KERNEL_COLUMNS) add_columns(y + c, x, weight + c, rows, columns, UNIT);
}

float VARIANT(dot)(const float *x, const float *y, int n)
{
    enum { UNIT = KERNEL_COLUMNS / LANES };
    Vector sum[UNIT] = {0};
    for (int at = 0; at < n; at += KERNEL_COLUMNS)
        for (int v = 0; v < UNIT; v++)
            sum[v] += load(x + at + v * LANES) * load(y + at + v * LANES);
    for (int v = 1; v < UNIT; v++) sum[0] += sum[v];
    float total = 0.0f;
    for (int i = 0; i < LANES; i++) total += sum[0][i];
    return total;
}
