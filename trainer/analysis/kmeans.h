// kmeans.h: K-Means clusters: first centres by k-means++ (Arthur and Vassilvitskii, "k-means++: the
// advantages of careful seeding", SODA 2007), then Lloyd's iteration ("Least squares quantization
// in PCM", IEEE Trans. Information Theory 28, 1982) until no point changes its cluster.
//
// Points and centres are rows that stand `stride` values apart, of which the first `dimensions`
// count: so the first principal components need no copy.
#ifndef TRASLUZ_KMEANS_H
#define TRASLUZ_KMEANS_H

#include "base/pool.h"
#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const double *value; // [count][stride]
    size_t count, dimensions, stride;
} Points;

typedef struct {
    size_t clusters, dimensions;
    double *centre; // [clusters][dimensions]
    int *cluster;   // [points]
    double inertia; // sum over points of the squared distance to their centre
    int iterations; // of Lloyd
} KMeans;

// The best of `starts` runs: that with the least inertia, of equal ones the first. It depends on
// points, clusters, starts and seed alone. clusters <= points->count. Allocates; the caller frees
// `best`, also on error.
bool kmeans_run(KMeans *best, const Points *points, size_t clusters, int starts, uint32_t seed,
                Pool *pool, Error *error);

// Allocates, all zero; and frees.
bool kmeans_init(KMeans *kmeans, const Points *points, size_t clusters, Error *error);
void kmeans_free(KMeans *kmeans);

// Chooses kmeans->centre by k-means++; `start` numbers the choices of one seed.
bool kmeans_choose(KMeans *kmeans, const Points *points, uint32_t seed, uint32_t start,
                   Error *error);

// Lloyd's iteration from kmeans->centre. A cluster that loses all its points begins anew at the
// point that is farthest from its centre.
bool kmeans_settle(KMeans *kmeans, const Points *points, Error *error);

#endif
