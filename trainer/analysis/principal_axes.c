#include "analysis/principal_axes.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

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
