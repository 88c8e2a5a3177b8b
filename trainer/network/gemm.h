// gemm.h: products of row-major matrices (OpenBLAS) as convolutions need them. `ld` is the distance
// from one row to the next, in values. Any thread; when several call at once, OpenBLAS must be set
// to one thread.
#ifndef TRASLUZ_GEMM_H
#define TRASLUZ_GEMM_H

#include <cblas.h>
#include <stdbool.h>
#include <stddef.h>

// C [m][n] += A [m][k] B [k][n].
static inline void gemm_nn(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                           size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a,
                (int)lda, b, (int)ldb, 1.0f, c, (int)ldc);
}

// C [m][n] += A [m][k] B^T, with B [n][k].
static inline void gemm_nt(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                           size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)lda,
                b, (int)ldb, 1.0f, c, (int)ldc);
}

// C [m][n] = A^T B, with A [k][m], B [k][n]; `accumulate` adds it to C instead.
static inline void gemm_tn(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                           size_t ldb, bool accumulate, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)lda,
                b, (int)ldb, accumulate ? 1.0f : 0.0f, c, (int)ldc);
}

#endif
