// gemm_table.h: the products of one instruction set, for gemm.c to choose from.
#ifndef TRASLUZ_GEMM_TABLE_H
#define TRASLUZ_GEMM_TABLE_H

#include "products/gemm.h"

typedef struct {
    const char *name; // as kernel_level() has it
    // gemm_multiply()
    void (*long_rows)(size_t m, size_t n, size_t k, const float *a, size_t lda, const GemmMatrix *b,
                      const GemmResult *result);
    // C [m][n] += A^T B, with A [k][m] and B [k][n], where k is the long dimension.
    void (*long_sums)(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                      size_t ldb, float *c, size_t ldc);
} GemmLevel;

extern const GemmLevel gemm_level_scalar;
#if defined(__x86_64__)
extern const GemmLevel gemm_level_avx2, gemm_level_avx512;
#elif defined(__aarch64__)
extern const GemmLevel gemm_level_neon;
#endif

#endif
