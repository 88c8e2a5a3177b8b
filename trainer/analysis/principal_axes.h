// principal_axes.h: principal component analysis of many points with few values, from their
// covariance (LAPACK); pca.h is for few points with many values. Any thread; allocates.
#ifndef TRASLUZ_PRINCIPAL_AXES_H
#define TRASLUZ_PRINCIPAL_AXES_H

#include "files/error.h"

#include <stddef.h>

// Writes the `count` axes of largest variance, falling, as unit vectors to axis[count][n], and the
// standard deviation along each to std[count]; count <= n. Each axis's value of largest magnitude
// is positive. covariance[n][n] is symmetric and is overwritten.
bool principal_axes(double *covariance, size_t n, size_t count, float *axis, float *std,
                    Error *error);

// Writes `count` <= n displacements of a latent of n channels to axis[count][n]: those that change
// what is decoded from it the most, one standard deviation of the latent long (in the sense of
// Mahalanobis), in directions of the decoded values that are orthogonal to each other. They are the
// principal axes of the best linear prediction of the decoded values from the latent, brought back
// to the latent. covariance[n][n] is the latent's and is overwritten; response[n][m] is that of the
// latent and the m decoded values. A displacement's sign is such that it raises the later of these
// values, the treble, more than the earlier ones.
bool response_axes(double *covariance, const double *response, size_t n, size_t m, size_t count,
                   double *axis, Error *error);

#endif
