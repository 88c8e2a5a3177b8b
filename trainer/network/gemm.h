// gemm.h: products of row-major matrices (OpenBLAS), as convolutions need them. `ld` is the
// distance from row to row. Any thread; where several call at once, OpenBLAS is set to one thread.
#ifndef TRASLUZ_GEMM_H
#define TRASLUZ_GEMM_H

#include <cblas.h>
#include <stddef.h>
#include <string.h>

// C += A B, with A [m][k], B [k][n].
static inline void add_product(size_t m, size_t n, size_t k, const float *a, size_t lda,
                               const float *b, size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a,
                (int)lda, b, (int)ldb, 1.0f, c, (int)ldc);
}

// C += A B^T, with A [m][k], B [n][k].
static inline void add_product_bt(size_t m, size_t n, size_t k, const float *a, size_t lda,
                                  const float *b, size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)lda,
                b, (int)ldb, 1.0f, c, (int)ldc);
}

// C += A^T B, with A [k][m], B [k][n].
static inline void add_product_at(size_t m, size_t n, size_t k, const float *a, size_t lda,
                                  const float *b, size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)lda,
                b, (int)ldb, 1.0f, c, (int)ldc);
}

// C = A^T B.
static inline void set_product_at(size_t m, size_t n, size_t k, const float *a, size_t lda,
                                  const float *b, size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)lda,
                b, (int)ldb, 0.0f, c, (int)ldc);
}

// Writes `row` to each of rows[n][width].
static inline void fill_rows(float *rows, size_t n, const float *row, size_t width)
{
    for (size_t i = 0; i < n; i++) memcpy(rows + i * width, row, width * sizeof(float));
}

#endif
