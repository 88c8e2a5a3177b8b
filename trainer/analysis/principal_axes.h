// principal_axes.h: principal component analysis of many points with few values, from their
// covariance (LAPACK); pca.h is for few points with many values. Any thread; allocates.
#ifndef TRASLUZ_PRINCIPAL_AXES_H
#define TRASLUZ_PRINCIPAL_AXES_H

#include "files/error.h"

#include <stddef.h>

// Writes the `count` axes of largest variance, falling, as unit vectors to axis[count][n], and the
// standard deviation along each to std[count]; count <= n. Each axis's value of largest magnitude is
// positive. covariance[n][n] is symmetric and is overwritten.
bool principal_axes(double *covariance, size_t n, size_t count, float *axis, float *std,
                    Error *error);

#endif
