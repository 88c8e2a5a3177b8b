// The products of the training, and the passes beside them: every level against the order of sums
// that gemm.h states, bit for bit where the processor has a fused multiply-add, with canaries
// around what is written.
#include "lib/check.h"
#include "lib/fixture.h"
#include "math/kernels.h"
#include "products/gemm.h"
#include "products/passes.h"

#include <math.h>

enum { VALUES = 200000, RESULT = 40000, CANARIES = 16 };

typedef struct {
    size_t m, n, k;
} Shape;

static float a[VALUES], b[VALUES], bias[RESULT];
static float expected[RESULT + 2 * CANARIES], found[RESULT + 2 * CANARIES];

static const char *const names[] = {"scalar", "avx2", "avx512", "neon"};
static const Shape shapes[] = {
    {1, 1, 1},    {1, 13, 5},    {5, 8, 64},   {13, 7, 513},  {40, 6, 3},    {40, 2, 17},
    {25, 16, 33}, {29, 20, 100}, {31, 24, 65}, {200, 32, 96}, {194, 64, 12}, {37, 65, 64},
    {67, 96, 48}, {12, 200, 20}, {3, 300, 60}, {90, 160, 9},  {8, 1100, 8},  {20, 48, 1030},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

// before + the sum of k products, as gemm.h states it.
static float sum_of(float before, size_t k, size_t terms, const float *x, size_t x_step,
                    const float *y, size_t y_step)
{
    for (size_t at = 0; at < k; at += terms) {
        float sum = 0.0f;
        for (size_t s = at; s < k && s < at + terms; s++)
            sum = fmaf(x[s * x_step], y[s * y_step], sum);
        before += sum;
    }
    return before;
}

// What two arrays have in common: random values between canaries.
static void start(size_t n)
{
    for (size_t i = 0; i < n + 2 * CANARIES; i++) expected[i] = 12345.678f;
    random_normal((RandomKey){3, 1}, 0, expected + CANARIES, (int)n);
    memcpy(found, expected, (n + 2 * CANARIES) * sizeof(float));
}

static void compare(const char *level, const char *what, const Shape *shape, size_t n)
{
    const size_t all = n + 2 * CANARIES;
    const double off = fixture_difference(expected, found, all);
    const bool same = memcmp(expected, found, all * sizeof(float)) == 0;
    CHECK_MSG(strcmp(level, "scalar") == 0 ? off < 1e-3 : same, "%s, %s, %zu x %zu x %zu: %g",
              level, what, shape->m, shape->n, shape->k, off);
}

static void check_added(const char *level, const Shape *shape, bool transposed)
{
    const size_t m = shape->m, n = shape->n, k = shape->k;
    // The rows of A overlap, as the inputs of a convolution do.
    const size_t lda = k / 2 + 1, ldc = n + 3, ldb = transposed ? k + 1 : n + 1;
    start(m * ldc);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            float *value = &expected[CANARIES + i * ldc + j];
            *value = sum_of(*value, k, GEMM_TERMS, a + i * lda, 1, transposed ? b + j * ldb : b + j,
                            transposed ? 1 : ldb);
        }
    (transposed ? gemm_nt : gemm_nn)(m, n, k, a, lda, b, ldb, found + CANARIES, ldc);
    compare(level, transposed ? "nt" : "nn", shape, m * ldc);
}

// With a bias that repeats, or none, on rows of B that lie in groups; then with B packed before.
static void check_fresh(const char *level, const Shape *shape, bool biased)
{
    const size_t m = shape->m, n = shape->n, k = shape->k;
    const size_t group = k > 3 ? k / 3 : k, groups = (k + group - 1) / group, column = n % 2 + 1;
    const size_t row = n * column + 1, step = group * row + 5, period = n > 4 ? n / 2 : n;
    GemmMatrix matrix = {b + (groups - 1) * step, row, column, group, -(ptrdiff_t)step, NULL, 0, 0};
    start(m * n);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            float line[2048];
            for (size_t s = 0; s < k; s++)
                line[s] = matrix.values[j * column + s % group * row - s / group * step];
            expected[CANARIES + i * n + j] =
                sum_of(biased ? bias[j % period] : 0.0f, k, GEMM_TERMS, a + i * k, 1, line, 1);
        }
    const GemmResult result = {found + CANARIES, n, true, biased ? bias : NULL, period};
    gemm_multiply(m, n, k, a, k, &matrix, &result);
    compare(level, biased ? "bias" : "fresh", shape, m * n);

    const size_t values = gemm_pack(n, k, &matrix, NULL);
    float *packed = aligned_alloc(64, (values + 31) / 16 * 64);
    packed[values] = 12345.678f;
    CHECK(gemm_pack(n, k, &matrix, packed) == values && packed[values] == 12345.678f);
    matrix.values = NULL;
    matrix.packed = packed;
    memset(found + CANARIES, 0xff, m * n * sizeof(float));
    gemm_multiply(m, n, k, a, k, &matrix, &result);
    compare(level, "packed", shape, m * n);
    free(packed);
}

static void check_tn(const char *level, const Shape *shape, bool accumulate)
{
    const size_t m = shape->n, n = shape->k > 100 ? 100 : shape->k, k = shape->m;
    const size_t lda = m / 2 + 1, ldb = n / 3 + 1, ldc = n + 1;
    start(m * ldc);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            float *value = &expected[CANARIES + i * ldc + j];
            *value = sum_of(accumulate ? *value : 0.0f, k, GEMM_TERMS_TN, a + i, lda, b + j, ldb);
        }
    gemm_tn(m, n, k, a, lda, b, ldb, accumulate, found + CANARIES, ldc);
    compare(level, accumulate ? "tn, added" : "tn", &(Shape){m, n, k}, m * ldc);
}

static void test_order_of_sums(void)
{
    random_normal((RandomKey){1, 1}, 0, a, VALUES);
    random_normal((RandomKey){2, 1}, 0, b, VALUES);
    random_normal((RandomKey){4, 1}, 0, bias, RESULT);
    const char *best = kernel_level();
    for (size_t l = 0; l < sizeof names / sizeof *names; l++) {
        if (!kernel_choose(names[l])) continue;
        for (size_t i = 0; i < SHAPES; i++) {
            for (int other = 0; other < 2; other++) {
                check_added(names[l], &shapes[i], other);
                check_fresh(names[l], &shapes[i], other);
                check_tn(names[l], &shapes[i], other);
            }
        }
    }
    kernel_choose(best);
}

// Short rows of a result overlap, as samples of a transposed convolution do.
static void test_overlapping_rows(void)
{
    enum { M = 50, N = 8, K = 64, STEP = 6 };
    const char *best = kernel_level();
    for (size_t l = 0; l < sizeof names / sizeof *names; l++) {
        if (!kernel_choose(names[l])) continue;
        start(M * STEP + N);
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++) {
                float *value = &expected[CANARIES + i * STEP + j];
                *value = sum_of(*value, K, GEMM_TERMS, a + i * K, 1, b + j, N);
            }
        gemm_nn(M, N, K, a, K, b, N, found + CANARIES, STEP);
        compare(names[l], "overlapping", &(Shape){M, N, K}, M * STEP + N);
    }
    kernel_choose(best);
}

// Sums of columns, in the order of the rows, and slopes: the same bits at each level.
static void test_passes(void)
{
    enum { ROWS = 37, N = 150 };
    random_normal((RandomKey){5, 1}, 0, a, VALUES);
    for (size_t i = 3; i < VALUES; i += 7) a[i] = i % 2 > 0 ? 0.0f : -0.0f; // where a slope ends
    const char *best = kernel_level();
    for (size_t l = 0; l < sizeof names / sizeof *names; l++) {
        if (!kernel_choose(names[l])) continue;
        for (size_t width = 1; width <= N; width++) {
            start(width);
            for (size_t i = 0; i < ROWS; i++)
                for (size_t c = 0; c < width; c++) expected[CANARIES + c] += a[i * width + c];
            add_columns(ROWS, width, a, found + CANARIES);
            compare(names[l], "columns", &(Shape){1, width, ROWS}, width);
        }
        for (size_t n = 0; n <= N; n++) {
            start(n);
            for (size_t i = 0; i < n; i++)
                if (a[i] <= 0.0f) expected[CANARIES + i] *= 0.25f;
            multiply_slopes(n, 0.25f, a, found + CANARIES);
            compare(names[l], "slopes", &(Shape){1, n, 1}, n);
        }
    }
    kernel_choose(best);
}

int main(void)
{
    RUN(test_order_of_sums);
    RUN(test_overlapping_rows);
    RUN(test_passes);
    return check_status();
}
