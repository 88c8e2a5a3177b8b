#include "analysis/cluster_scores.h"

#include <math.h>
#include <stdlib.h>

// Returns the sum of the counts of a row (step 1) or a column (step `columns`).
static double sum_counts(const double *count, size_t n, size_t step)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += count[i * step];
    return sum;
}

// Returns the part -p log p of an entropy.
static double entropy_of(double share)
{
    return share > 0.0 ? -share * log(share) : 0.0;
}

static ClusterScores scores_of(const double *count, size_t classes, size_t clusters, double n)
{
    double of_class = 0.0, of_cluster = 0.0, of_both = 0.0; // entropies
    for (size_t c = 0; c < classes; c++)
        of_class += entropy_of(sum_counts(count + c * clusters, clusters, 1) / n);
    for (size_t k = 0; k < clusters; k++)
        of_cluster += entropy_of(sum_counts(count + k, classes, clusters) / n);
    for (size_t i = 0; i < classes * clusters; i++) of_both += entropy_of(count[i] / n);
    const double shared = fmax(0.0, of_class + of_cluster - of_both); // mutual information
    ClusterScores scores = {
        .homogeneity = of_class > 0.0 ? shared / of_class : 1.0,
        .completeness = of_cluster > 0.0 ? shared / of_cluster : 1.0,
    };
    const double sum = scores.homogeneity + scores.completeness;
    if (sum > 0.0) scores.v_measure = 2.0 * scores.homogeneity * scores.completeness / sum;
    return scores;
}

bool cluster_scores(ClusterScores *scores, const int *class, size_t classes, const int *cluster,
                    size_t clusters, size_t n, Error *error)
{
    double *count = calloc(classes * clusters, sizeof *count); // [classes][clusters]
    if (!count) return error_out_of_memory(error);
    for (size_t i = 0; i < n; i++) count[(size_t) class[i] * clusters + (size_t)cluster[i]] += 1.0;
    *scores = scores_of(count, classes, clusters, (double)n);
    free(count);
    return true;
}
