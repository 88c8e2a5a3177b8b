// kernels.h: the arithmetic of the streaming engine. Real-time safe. Results depend only on the
// arguments' values and on the level, never on how work was cut.
//
// The scalar functions in kernels.c are the definition. Where the processor has wider arithmetic,
// variants of them are chosen when the program or plugin is loaded: they add in another order and
// round products and sums at once, so they differ from the scalar ones in the last bits.
#ifndef TRASLUZ_KERNELS_H
#define TRASLUZ_KERNELS_H

#include "math/activation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KERNEL_ALIGNMENT = 64, // bytes, of weights
    KERNEL_COLUMNS = 16,   // columns are a multiple of this
};

// Frames that go through the same weights: those of several lanes (audio channels, decoders), in
// each of which they follow each other in time. Frame f of lane l takes x[l * x_lane + f * x_step]
// and the values after it, and adds to y[l * y_lane + f * y_step] and those after it.
typedef struct KernelFrames {
    float *y;
    size_t y_step, y_lane;
    const float *bias; // [columns]: what y was before; NULL: what it holds
    const float *x;
    size_t x_step, x_lane;
    int frames, lanes;
} KernelFrames;

// A matrix in the order in which it is read: panels of 64 columns, then of what is left one of 32
// and one of 16; in each panel row after row. If the last panel has 16 columns and at most 8 of
// them are used, it is narrow: it has those 8 alone, of two rows after two rows, and in each two
// rows column after column, so that vectors have no useless values.
typedef struct KernelWeights {
    const float *packed; // aligned to KERNEL_ALIGNMENT
    int rows, columns;   // columns: a multiple of KERNEL_COLUMNS
    int used;            // of the columns, the first ones: what y has in others is not defined
} KernelWeights;

// Packs weight[rows][used] into packed[rows * columns], with zeros in the columns that
// are not used.
void kernel_pack(float *packed, const float *weight, size_t rows, size_t used, size_t columns);

// y[c] += sum over r of x[r] * weight[first + r][c], r < rows, for each frame of each lane. Each
// weight is read once for several frames; a frame's result does not depend on those beside it.
// Frames of y in one lane may overlap each other, but not x or the weights; each one has room
// for all columns.
void kernel_multiply_add(const KernelFrames *frames, const KernelWeights *weights, int first,
                         int rows);

// Filters of `taps` values over windows of several lanes. Output i of lane l is the sum over k of
// x[l * x_lane + at[i] - at[0] + k] * filter[i * taps + k].
typedef struct KernelFilters {
    float *const *y; // [lanes][count]
    const float *x;  // the window of output 0 in lane 0
    size_t x_lane;
    const uint32_t *at;     // [count]: where each window begins
    int gap;                // the most that each begins after the one before; none begins before it
    const float *filter;    // [count][taps]
    int lanes, count, taps; // taps: a multiple of KERNEL_COLUMNS
    int zeros;              // that each filter begins with, at least
} KernelFilters;

// Writes all outputs. Each filter is read once for two lanes; a lane's outputs do not depend on the
// others, nor on those beside them. Up to KERNEL_COLUMNS values behind a window are read, but do
// not count. No alignment is asked. Never gives a negative zero.
void kernel_filter(const KernelFilters *filters);

// y[i] = activation(x[i]); x and y may be the same.
void kernel_activate(float *y, const float *x, size_t n, Activation activation);

// y[f][c] = x[f][c] + bias[c], c < width, for each frame; with the activation where `activated`.
void kernel_add_bias(float *y, const float *x, const float *bias, size_t frames, size_t width,
                     bool activated, Activation activation);

// whole[i] = x[i], or 0 where that is not finite; bounded[i] the same within `most`.
void kernel_bound(float *whole, float *bounded, const float *x, size_t n, float most);

// What is mixed with a dry signal, for each sample.
typedef struct KernelMix {
    const float *dry;     // finite
    const float *added;   // taken as 0 where it is not finite
    const float *share;   // of the dry signal that is added to that
    const float *nothing; // 0 where the share is 1, else not a number
    const float *wet;     // of the sum, against the dry signal
    const float *gain;    // of the result
    const float *enabled; // of that, against the dry signal
    float most;           // what comes out is within it, or within the dry signal if that is louder
} KernelMix;

// Mixes n samples. The dry signal comes out bit for bit where `enabled` is 0, and where the rest
// leaves it as it is.
void kernel_mix(const KernelMix *mix, float *out, size_t n);

// The level in use: "scalar", "avx2", "avx512" or "neon".
const char *kernel_level(void);

// Returns what TRASLUZ_KERNELS asks for, if it is not the level in use; otherwise, and where it is
// empty, NULL.
const char *kernel_unknown(void);

// Chooses a level by name, for tests; false where this processor or build does not have it. Not
// while another thread computes. At the start the environment variable TRASLUZ_KERNELS is followed,
// else the best level is taken.
bool kernel_choose(const char *level);

#endif
