// pca.h: principal component analysis of few points with many values, by the eigenvectors of their
// matrix of inner products (LAPACK). It keeps all components, so the distance between two points
// stays as it is.
//
// Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
#ifndef TRASLUZ_PCA_H
#define TRASLUZ_PCA_H

#include "base/pool.h"
#include "files/error.h"

#include <stddef.h>

typedef struct {
    size_t points, components; // components: the rank of the centred points, less than `points`
    double *score;             // [points][components]
    double *variance;          // [components], falling; of a sample (by points - 1)
    double total;              // variance of all values
} Pca;

// Analyses row[points][values], points > 1. Each component's score of largest magnitude is
// positive. Prints its progress on standard error, see progress.h. The result does not depend on
// the number of threads. Allocates; the caller frees it, also on error.
bool pca_run(Pca *pca, const float *const *row, size_t points, size_t values, Pool *pool,
             Error *error);
void pca_free(Pca *pca);

#endif
