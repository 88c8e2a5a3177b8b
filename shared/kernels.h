// kernels.h: the arithmetic of the streaming engine. Real-time safe. Results depend only on the
// arguments' values, never on alignment or on how work was cut: every output is summed in the order
// of its rows.
#ifndef TRASLUZ_KERNELS_H
#define TRASLUZ_KERNELS_H

#include "arch.h"

enum {
    KERNEL_ALIGNMENT = 64, // bytes, of weights and accumulators
    KERNEL_COLUMNS = 16,   // columns are a multiple of this
};

// y[c] += sum over r of x[r] * weight[r][c]. `columns` is a multiple of KERNEL_COLUMNS; y and
// weight are aligned to KERNEL_ALIGNMENT; y does not overlap the others.
void kernel_multiply_add(float *y, const float *x, const float *weight, int rows, int columns);

// y[i] = activation(x[i]); x and y may be the same.
void kernel_activate(float *y, const float *x, size_t n, Activation activation);

#endif
