#include "analysis/pca.h"

#include "base/progress.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_VALUES = 2048, // values of each point that are centred at a time
    TILE_POINTS = 64,    // rows of the inner products that one item computes
};

// ---- Inner products ----

typedef struct {
    const float *const *row;
    size_t points;
    size_t first, width; // values of the block
    double *block;       // [points][width], centred
    double *product;     // [points][points]; the lower triangle counts
} Products;

static void centre_block(const Products *p)
{
    double mean[BLOCK_VALUES] = {0};
    for (size_t i = 0; i < p->points; i++)
        for (size_t v = 0; v < p->width; v++) mean[v] += (double)p->row[i][p->first + v];
    for (size_t v = 0; v < p->width; v++) mean[v] /= (double)p->points;
    for (size_t i = 0; i < p->points; i++)
        for (size_t v = 0; v < p->width; v++)
            p->block[i * p->width + v] = (double)p->row[i][p->first + v] - mean[v];
}

static void add_tile(void *data, int item, int thread)
{
    (void)thread;
    const Products *p = data;
    const size_t from = (size_t)item * TILE_POINTS, left = p->points - from;
    const size_t rows = left < TILE_POINTS ? left : TILE_POINTS;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)(from + rows),
                (int)p->width, 1.0, p->block + from * p->width, (int)p->width, p->block,
                (int)p->width, 1.0, p->product + from * p->points, (int)p->points);
}

// Computes the points' inner products about their mean, block after block of their values: memory
// may be too small for a second copy of the points.
static void multiply(Products *p, size_t values, Pool *pool)
{
    // The eigenvectors will take as long as so many more values.
    const size_t later = 6 * p->points, all = values + later;
    Progress progress;
    progress_begin(&progress, stderr, "principal components, value", all, all);
    const size_t tiles = (p->points + TILE_POINTS - 1) / TILE_POINTS;
    for (p->first = 0; p->first < values; p->first += p->width) {
        const size_t left = values - p->first;
        p->width = left < BLOCK_VALUES ? left : BLOCK_VALUES;
        centre_block(p);
        pool_run(pool, add_tile, p, (int)tiles);
        progress_reach(&progress, p->first + p->width);
    }
    progress_end(&progress);
}

// ---- Components ----

// Returns the sign that makes the value of largest magnitude positive.
static double sign_of(const double *vector, size_t n)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++)
        if (fabs(vector[i]) > fabs(largest)) largest = vector[i];
    return largest < 0.0 ? -1.0 : 1.0;
}

// Eigenvalues rise from the first to the last; each row of eigenvector[points][points] is one.
static bool set_components(Pca *pca, const double *eigenvalue, const double *eigenvector,
                           Error *error)
{
    const size_t n = pca->points;
    const double least =
        eigenvalue[n - 1] * (double)n * DBL_EPSILON; // smaller ones are rounding errors
    while (pca->components < n - 1 && eigenvalue[n - 1 - pca->components] > least)
        pca->components++;
    pca->score = calloc(n * pca->components + 1, sizeof *pca->score);
    pca->variance = calloc(pca->components + 1, sizeof *pca->variance);
    if (!pca->score || !pca->variance) return error_out_of_memory(error);
    for (size_t c = 0; c < pca->components; c++) {
        const double value = eigenvalue[n - 1 - c];
        const double *vector = eigenvector + (n - 1 - c) * n;
        const double scale = sqrt(value) * sign_of(vector, n);
        pca->variance[c] = value / (double)(n - 1);
        for (size_t i = 0; i < n; i++) pca->score[i * pca->components + c] = scale * vector[i];
    }
    return true;
}

// Turns the inner products into their eigenvectors and sets the components.
static bool decompose(Pca *pca, double *product, double *eigenvalue, Error *error)
{
    const lapack_int n = (lapack_int)pca->points;
    for (size_t i = 0; i < pca->points; i++)
        pca->total += product[i * pca->points + i] / (double)(pca->points - 1);
    // LAPACK stores by columns: a lower triangle by rows is an upper one to it.
    const lapack_int status = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', n, product, n, eigenvalue);
    if (status != 0)
        return error_set(error, "the principal components could not be computed (LAPACK: %d)",
                         (int)status);
    return set_components(pca, eigenvalue, product, error);
}

bool pca_run(Pca *pca, const float *const *row, size_t points, size_t values, Pool *pool,
             Error *error)
{
    *pca = (Pca){.points = points};
    Products products = {
        .row = row,
        .points = points,
        .block = malloc(points * BLOCK_VALUES * sizeof(double)),
        .product = calloc(points * points, sizeof(double)),
    };
    double *eigenvalue = malloc(points * sizeof *eigenvalue);
    bool ok = products.block && products.product && eigenvalue;
    if (ok) {
        multiply(&products, values, pool);
        ok = decompose(pca, products.product, eigenvalue, error);
    } else {
        error_set(error, "out of memory for the inner products of %zu points", points);
    }
    free(products.block);
    free(products.product);
    free(eigenvalue);
    return ok;
}

void pca_free(Pca *pca)
{
    free(pca->score);
    free(pca->variance);
    *pca = (Pca){0};
}
