// gemm.h: products of row-major matrices as convolutions need them: one dimension, the frames, is
// long, the others are tens to hundreds. `ld` is the distance from one row to the next, in values.
// The rows of A and B may overlap each other; those of C may where C has at most GEMM_OVERLAP
// columns. Any thread; allocates nothing.
//
// Each value of C is summed in one order: the terms ascending, in blocks of GEMM_TERMS; a block's
// sum begins at 0, takes in each product with one rounding, and is added to C. So the result is the
// same on every processor that has a fused multiply-add (AVX2, AVX-512, NEON), however the work is
// cut; without one, products and sums are rounded one by one.
#ifndef TRASLUZ_GEMM_H
#define TRASLUZ_GEMM_H

#include <stdbool.h>
#include <stddef.h>

enum {
    GEMM_OVERLAP = 8,
    GEMM_TERMS = 512,
    GEMM_TERMS_TN = 64, // of gemm_tn(), whose terms are the frames
};

// A matrix in memory: value (r, c) is at values[r * row + c * column]. If `group` is not 0, its
// rows are groups of so many, `group_step` values apart: value (r, c) is at
// values[r / group * group_step + r % group * row + c * column]. `packed` is what gemm_pack() made
// of the whole matrix; NULL: each product packs it again. If `packed_rows` is not 0, the matrix is
// rows from `packed_from` on of one of so many, at most GEMM_TERMS, that was packed.
typedef struct GemmMatrix {
    const float *values;
    size_t row, column;
    size_t group;
    ptrdiff_t group_step;
    const float *packed;
    size_t packed_rows, packed_from;
} GemmMatrix;

// What a product is added to: C itself or, where that is `fresh`, bias[period] again and again in
// each row, or 0 where that is NULL.
typedef struct GemmResult {
    float *c; // [m][n]
    size_t ldc;
    bool fresh;
    const float *bias;
    size_t period;
} GemmResult;

// Packs B [k][n] for gemm_multiply() in the order in which its tiles read it, at the level that
// kernel_level() names. Returns how many values that takes; where `packed` is NULL, it only counts.
size_t gemm_pack(size_t n, size_t k, const GemmMatrix *b, float *packed);

// C [m][n] = C, or what it is to be before, + A [m][k] B [k][n].
void gemm_multiply(size_t m, size_t n, size_t k, const float *a, size_t lda, const GemmMatrix *b,
                   const GemmResult *result);

// C [m][n] += A [m][k] B [k][n].
void gemm_nn(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
             float *c, size_t ldc);

// C [m][n] += A [m][k] B^T, with B [n][k].
void gemm_nt(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
             float *c, size_t ldc);

// C [m][n] = A^T B, with A [k][m], B [k][n], k at least 1; `accumulate` adds it to C instead.
void gemm_tn(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
             bool accumulate, float *c, size_t ldc);

#endif
