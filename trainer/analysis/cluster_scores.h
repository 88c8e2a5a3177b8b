// cluster_scores.h: the agreement of clusters with classes: Rosenberg and Hirschberg, "V-Measure: a
// conditional entropy-based external cluster evaluation measure", EMNLP-CoNLL 2007, with beta 1.
// Any thread; allocates.
#ifndef TRASLUZ_CLUSTER_SCORES_H
#define TRASLUZ_CLUSTER_SCORES_H

#include "files/error.h"

#include <stddef.h>

typedef struct {
    double homogeneity;  // 1: each cluster holds one class only
    double completeness; // 1: each class is in one cluster only
    double v_measure;    // their harmonic mean
} ClusterScores;

// Scores n > 0 points, class[n] in [0, classes) and cluster[n] in [0, clusters).
bool cluster_scores(ClusterScores *scores, const int *class, size_t classes, const int *cluster,
                    size_t clusters, size_t n, Error *error);

#endif
