#include "products/gemm.h"

#include "math/kernels.h"
#include "products/gemm_table.h"

#include <string.h>

enum {
    FEW = 16,     // rows or columns that no vector is filled by, or that are not worth packing for
    PIECE = 1024, // columns of a transposed result at a time
};

static const GemmLevel *const levels[] = {
#if defined(__x86_64__)
    &gemm_level_avx512,
    &gemm_level_avx2,
#elif defined(__aarch64__)
    &gemm_level_neon,
#endif
};

const GemmLevel *gemm_level(void)
{
    const char *name = kernel_level();
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(levels[i]->name, name) == 0) return levels[i];
    return &gemm_level_scalar;
}

// What C's value (i, j) is before a product is added.
static float value_before(const GemmResult *result, size_t i, size_t j)
{
    if (!result->fresh) return result->c[i * result->ldc + j];
    return result->bias ? result->bias[j % result->period] : 0.0f;
}

// gemm_multiply() for a few rows by a matrix that lies transposed in memory: C^T = B^T A^T, so that
// A is packed.
static void few_rows(size_t m, size_t n, size_t k, const float *a, size_t lda, const GemmMatrix *b,
                     const GemmResult *result)
{
    const GemmMatrix columns = {.values = a, .row = 1, .column = lda};
    float transposed[PIECE * FEW];
    const GemmResult piece = {.c = transposed, .ldc = m};
    for (size_t at = 0; at < n; at += PIECE) {
        const size_t rows = n - at < PIECE ? n - at : PIECE;
        for (size_t j = 0; j < rows; j++)
            for (size_t i = 0; i < m; i++) transposed[j * m + i] = value_before(result, i, at + j);
        gemm_level()->long_rows(rows, m, k, b->values + at * b->column, b->column, &columns,
                                &piece);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < rows; j++)
                result->c[i * result->ldc + at + j] = transposed[j * m + i];
    }
}

size_t gemm_pack(size_t n, size_t k, const GemmMatrix *b, float *packed)
{
    return gemm_level()->pack(n, k, b, packed);
}

void gemm_multiply(size_t m, size_t n, size_t k, const float *a, size_t lda, const GemmMatrix *b,
                   const GemmResult *result)
{
    if (m < FEW && m < n && b->row == 1 && b->group == 0 && !b->packed)
        few_rows(m, n, k, a, lda, b, result);
    else
        gemm_level()->long_rows(m, n, k, a, lda, b, result);
}

void gemm_nn(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
             float *c, size_t ldc)
{
    const GemmMatrix matrix = {.values = b, .row = ldb, .column = 1};
    gemm_multiply(m, n, k, a, lda, &matrix, &(GemmResult){.c = c, .ldc = ldc});
}

void gemm_nt(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
             float *c, size_t ldc)
{
    const GemmMatrix matrix = {.values = b, .row = 1, .column = ldb};
    gemm_multiply(m, n, k, a, lda, &matrix, &(GemmResult){.c = c, .ldc = ldc});
}

// The same as gemm_tn(), where n is small: C^T = B^T A, so that the columns fill vectors.
static void few_columns(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                        size_t ldb, bool accumulate, float *c, size_t ldc)
{
    float transposed[FEW * PIECE];
    for (size_t at = 0; at < m; at += PIECE) {
        const size_t columns = m - at < PIECE ? m - at : PIECE;
        for (size_t i = 0; accumulate && i < columns; i++)
            for (size_t j = 0; j < n; j++) transposed[j * columns + i] = c[(at + i) * ldc + j];
        gemm_level()->long_sums(n, columns, k, b, ldb, a + at, lda, accumulate, transposed,
                                columns);
        for (size_t i = 0; i < columns; i++)
            for (size_t j = 0; j < n; j++) c[(at + i) * ldc + j] = transposed[j * columns + i];
    }
}

void gemm_tn(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
             bool accumulate, float *c, size_t ldc)
{
    if (n < FEW && n < m)
        few_columns(m, n, k, a, lda, b, ldb, accumulate, c, ldc);
    else
        gemm_level()->long_sums(m, n, k, a, lda, b, ldb, accumulate, c, ldc);
}
