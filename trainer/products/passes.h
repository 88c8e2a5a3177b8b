// passes.h: what training does to each value of a signal beside the products: as fast as the
// instruction set of kernel_level() allows, with the same result at each. Any thread; allocates
// nothing.
#ifndef TRASLUZ_PASSES_H
#define TRASLUZ_PASSES_H

#include <stddef.h>

// sum[width] += the rows of values[rows][width], one after another.
void add_columns(size_t rows, size_t width, const float *values, float *sum);

// gradient[i] *= 1 where y[i] > 0, else `slope`.
void multiply_slopes(size_t n, float slope, const float *y, float *gradient);

#endif
