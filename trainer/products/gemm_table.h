// gemm_table.h: the products of one instruction set, and the passes of passes.h, to choose from.
#ifndef TRASLUZ_GEMM_TABLE_H
#define TRASLUZ_GEMM_TABLE_H

#include "products/gemm.h"

typedef struct {
    const char *name; // as kernel_level() has it
    // gemm_pack()
    size_t (*pack)(size_t n, size_t k, const GemmMatrix *b, float *packed);
    // gemm_multiply()
    void (*long_rows)(size_t m, size_t n, size_t k, const float *a, size_t lda, const GemmMatrix *b,
                      const GemmResult *result);
    // gemm_tn()
    void (*long_sums)(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                      size_t ldb, bool accumulate, float *c, size_t ldc);
    // As in passes.h.
    void (*add_columns)(size_t rows, size_t width, const float *values, float *sum);
    void (*multiply_slopes)(size_t n, float slope, const float *y, float *gradient);
} GemmLevel;

// Returns the level that the kernels of shared/ use.
const GemmLevel *gemm_level(void);

extern const GemmLevel gemm_level_scalar;
#if defined(__x86_64__)
extern const GemmLevel gemm_level_avx2, gemm_level_avx512;
#elif defined(__aarch64__)
extern const GemmLevel gemm_level_neon;
#endif

#endif
