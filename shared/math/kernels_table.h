// kernels_table.h: the variants that a build may have, for kernels.c to choose from.
#ifndef TRASLUZ_KERNELS_TABLE_H
#define TRASLUZ_KERNELS_TABLE_H

#include <stddef.h>

typedef struct KernelFrames KernelFrames;   // of kernels.h
typedef struct KernelWeights KernelWeights; // the same
typedef struct KernelFilters KernelFilters; // the same

typedef void KernelMultiplyAdd(const KernelFrames *frames, const KernelWeights *weights, int first,
                               int rows);
typedef void KernelFilter(const KernelFilters *filters);
typedef void KernelLeakyRelu(float *y, const float *x, size_t n);

#if defined(__x86_64__)
KernelMultiplyAdd kernel_multiply_add_avx2, kernel_multiply_add_avx512;
KernelFilter kernel_filter_avx2, kernel_filter_avx512;
KernelLeakyRelu kernel_leaky_relu_avx2, kernel_leaky_relu_avx512;
#elif defined(__aarch64__)
KernelMultiplyAdd kernel_multiply_add_neon;
KernelFilter kernel_filter_neon;
KernelLeakyRelu kernel_leaky_relu_neon;
#endif

#endif
