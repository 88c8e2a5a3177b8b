// kernels_table.h: the kernels of a level, and the levels that a build may have, for kernels.c to
// choose from.
#ifndef TRASLUZ_KERNELS_TABLE_H
#define TRASLUZ_KERNELS_TABLE_H

#include <stddef.h>

typedef struct KernelFrames KernelFrames;   // of kernels.h
typedef struct KernelWeights KernelWeights; // the same
typedef struct KernelFilters KernelFilters; // the same
typedef struct KernelMix KernelMix;         // the same

typedef struct {
    void (*multiply_add)(const KernelFrames *frames, const KernelWeights *weights, int first,
                         int rows);
    void (*filter)(const KernelFilters *filters);
    void (*leaky_relu)(float *y, const float *x, size_t n);
    void (*add_bias)(float *y, const float *x, const float *bias, size_t frames, size_t width);
    void (*add_bias_leaky)(float *y, const float *x, const float *bias, size_t frames,
                           size_t width);
    void (*bound)(float *whole, float *bounded, const float *x, size_t n, float most);
    void (*mix)(const KernelMix *mix, float *out, size_t n);
} KernelLevel;

#if defined(__x86_64__)
extern const KernelLevel kernel_level_avx2, kernel_level_avx512;
#elif defined(__aarch64__)
extern const KernelLevel kernel_level_neon;
#endif

#endif
