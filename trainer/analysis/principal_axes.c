#include "analysis/principal_axes.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double sign_of(const double *vector, size_t n)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++)
        if (fabs(vector[i]) > fabs(largest)) largest = vector[i];
    return largest < 0.0 ? -1.0 : 1.0;
}

bool principal_axes(double *covariance, size_t n, size_t count, float *axis, float *std,
                    Error *error)
{
    double *variance = malloc(n * sizeof *variance); // rising
    if (!variance) return error_out_of_memory(error);
    // The matrix becomes its eigenvectors: columns to LAPACK, rows here.
    const lapack_int status = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', (lapack_int)n, covariance,
                                             (lapack_int)n, variance);
    for (size_t a = 0; a < count && status == 0; a++) {
        const double *vector = covariance + (n - 1 - a) * n, sign = sign_of(vector, n);
        std[a] = (float)sqrt(fmax(0.0, variance[n - 1 - a]));
        for (size_t i = 0; i < n; i++) axis[a * n + i] = (float)(sign * vector[i]);
    }
    free(variance);
    return status == 0 ||
           error_set(error, "the principal axes could not be computed (LAPACK: %d)", (int)status);
}

// 1 or -1, by which the values x^T u[n], with x [n][m], rise from the first to the last.
static double brighter_sign(const double *x, const double *u, size_t n, size_t m)
{
    double slope = 0.0;
    for (size_t k = 0; k < m; k++)
        for (size_t c = 0; c < n; c++)
            slope += ((double)k - 0.5 * (double)(m - 1)) * x[c * m + k] * u[c];
    return slope < 0.0 ? -1.0 : 1.0;
}

// With the covariance L L^T and the whitened response X = L^-1 response, the prediction's
// covariance is X^T X; where u is an eigenvector of X X^T, L u is the displacement.
bool response_axes(double *covariance, const double *response, size_t n, size_t m, size_t count,
                   double *axis, Error *error)
{
    double *x = malloc(n * m * sizeof *x), *product = calloc(n * n, sizeof *product);
    double *variance = malloc(n * sizeof *variance), trace = 0.0; // variance: rising
    bool ok = x && product && variance;
    if (!ok) error_set(error, "out of memory");
    for (size_t c = 0; c < n; c++) trace += covariance[c * n + c];
    for (size_t c = 0; c < n; c++) // for channels that nothing comes through
        covariance[c * n + c] += 1e-9 * trace / (double)n + 1e-30;
    if (ok) {
        const int size = (int)n, values = (int)m;
        memcpy(x, response, n * m * sizeof *x);
        ok = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', size, covariance, size) == 0;
        if (ok) {
            cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, size,
                        values, 1.0, covariance, size, x, values);
            cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, size, values, 1.0, x, values, 0.0,
                        product, size);
            // The upper triangle by rows is the lower one by columns.
            ok = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', size, product, size, variance) == 0;
        }
        if (!ok) error_set(error, "the latent's principal axes could not be computed");
    }
    for (size_t a = 0; ok && a < count; a++) {
        const double *u = product + (n - 1 - a) * n, sign = brighter_sign(x, u, n, m);
        for (size_t c = 0; c < n; c++) {
            axis[a * n + c] = 0.0;
            for (size_t d = 0; d <= c; d++) axis[a * n + c] += sign * covariance[c * n + d] * u[d];
        }
    }
    free(x);
    free(product);
    free(variance);
    return ok;
}
