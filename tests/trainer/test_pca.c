// Principal components: scikit-learn's values, distances that stay, and sets that are all alike.
#include "analysis/pca.h"
#include "lib/check.h"
#include "trainer/sklearn_cases.h"

#include <math.h>
#include <stdlib.h>

static Pool *pool;

// Points by the formula of sklearn_cases.py; the caller frees both.
static float *make_points(size_t count, size_t values, const float ***row)
{
    float *value = malloc(count * values * sizeof *value);
    *row = malloc(count * sizeof **row);
    for (size_t i = 0; i < count; i++) {
        (*row)[i] = value + i * values;
        for (size_t j = 0; j < values; j++)
            value[i * values + j] = (float)((i * i * 7 + j * j * 3 + i * j * 11) % 31) - 15.0f;
    }
    return value;
}

static bool near(double a, double b, double scale)
{
    return fabs(a - b) <= 1e-9 * scale;
}

static void test_values_are_those_of_scikit_learn(void)
{
    Error error;
    Pca pca;
    const float **row;
    float *value = make_points(12, 40, &row);
    REQUIRE(pca_run(&pca, row, 12, 40, pool, &error));
    CHECK_MSG(pca.components == 11, "%zu components", pca.components);
    double total = 0.0;
    for (size_t c = 0; c < 11; c++) {
        total += pca.variance[c];
        CHECK_MSG(near(pca.variance[c], sklearn_variance[c], sklearn_variance[0]), "%zu: %.17g", c,
                  pca.variance[c]);
    }
    CHECK(near(total, pca.total, total));
    for (size_t i = 0; i < 12; i++)
        for (size_t c = 0; c < 3; c++)
            CHECK_MSG(near(pca.score[i * 11 + c], sklearn_score[i][c], sqrt(sklearn_variance[0])),
                      "%zu, %zu: %.17g", i, c, pca.score[i * 11 + c]);
    pca_free(&pca);
    free(value);
    free(row);
}

// More values than one block has, more points than one tile.
static void test_distances_stay(void)
{
    enum { POINTS = 150, VALUES = 5000 };
    Error error;
    Pca pca;
    const float **row;
    float *value = make_points(POINTS, VALUES, &row);
    for (size_t i = 0; i < POINTS; i++)
        value[i * VALUES + i] += 50.0f; // the formula repeats itself
    REQUIRE(pca_run(&pca, row, POINTS, VALUES, pool, &error));
    CHECK_MSG(pca.components == POINTS - 1, "%zu components", pca.components);
    for (size_t i = 0; i < POINTS; i += 7)
        for (size_t k = 0; k < i; k += 5) {
            double before = 0.0, after = 0.0;
            for (size_t j = 0; j < VALUES; j++)
                before += pow((double)row[i][j] - (double)row[k][j], 2.0);
            for (size_t c = 0; c < pca.components; c++)
                after +=
                    pow(pca.score[i * pca.components + c] - pca.score[k * pca.components + c], 2.0);
            CHECK_MSG(near(before, after, before), "%zu, %zu: %.17g, %.17g", i, k, before, after);
        }
    pca_free(&pca);
    free(value);
    free(row);
}

static void test_threads_do_not_change_a_bit(void)
{
    Error error;
    Pca a, b;
    const float **row;
    float *value = make_points(150, 3000, &row);
    Pool *one = pool_new(1);
    REQUIRE(pca_run(&a, row, 150, 3000, pool, &error) && pca_run(&b, row, 150, 3000, one, &error));
    REQUIRE(a.components == b.components);
    for (size_t i = 0; i < 150 * a.components; i++) CHECK(a.score[i] == b.score[i]);
    pool_free(one);
    pca_free(&a);
    pca_free(&b);
    free(value);
    free(row);
}

static void test_components_are_as_many_as_dimensions(void)
{
    Error error;
    Pca pca;
    float value[6][4] = {{1, 2, 3, 4}, {2, 4, 6, 8}, {3, 6, 9, 12},
                         {1, 2, 3, 4}, {0, 0, 0, 0}, {-1, -2, -3, -4}}; // one line
    const float *row[6];
    for (int i = 0; i < 6; i++) row[i] = value[i];
    REQUIRE(pca_run(&pca, row, 6, 4, pool, &error));
    CHECK_MSG(pca.components == 1, "%zu components", pca.components);
    pca_free(&pca);
    for (int i = 0; i < 6; i++) row[i] = value[0];
    REQUIRE(pca_run(&pca, row, 6, 4, pool, &error));
    CHECK(pca.components == 0 && pca.total == 0.0);
    pca_free(&pca);
}

int main(void)
{
    pool = pool_new(3);
    if (!pool) return 1;
    RUN(test_values_are_those_of_scikit_learn);
    RUN(test_distances_stay);
    RUN(test_threads_do_not_change_a_bit);
    RUN(test_components_are_as_many_as_dimensions);
    pool_free(pool);
    return check_status();
}
