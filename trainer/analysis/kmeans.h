// kmeans.h: K-Means clusters: initial centres by greedy k-means++ (Arthur and Vassilvitskii,
// "k-means++: the advantages of careful seeding", SODA 2007), then Lloyd's iteration ("Least
// squares quantization in PCM", IEEE Trans. Information Theory 28, 1982) until no point
// changes its cluster, then Hartigan's (Clustering Algorithms, 1975), which leaves results that
// Lloyd's cannot.
//
// Points are rows `stride` values apart, of which the first `dimensions` count, so that the first
// principal components need no copy.
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
} KMeans;

// Returns the best of `starts` runs: the one with the smallest inertia, of equal ones the first.
// The result depends on points, clusters, starts and seed alone. clusters <= points->count.
// Allocates; the caller frees `best`, also on error.
bool kmeans_run(KMeans *best, const Points *points, size_t clusters, int starts, uint32_t seed,
                Pool *pool, Error *error);

// Allocates, all zero; frees.
bool kmeans_init(KMeans *kmeans, const Points *points, size_t clusters, Error *error);
void kmeans_free(KMeans *kmeans);

// Chooses kmeans->centre by k-means++; `start` numbers the choices of one seed. Each centre is the
// best of 2 + ln(clusters) candidates, as in scikit-learn.
bool kmeans_choose(KMeans *kmeans, const Points *points, uint32_t seed, uint32_t start,
                   Error *error);

// Runs Lloyd's iteration from kmeans->centre. A cluster that loses all its points starts again at
// the point that is farthest from its centre.
bool kmeans_iterate(KMeans *kmeans, const Points *points, Error *error);

// Runs Hartigan's iteration from the result of Lloyd's: moves single points as long as the inertia
// falls. Both clusters' centres move with the point, which Lloyd's iteration does not foresee.
bool kmeans_refine(KMeans *kmeans, const Points *points, Error *error);

#endif
