// Homogeneity, completeness and V-measure: scikit-learn's values, and those at the edges.
#include "analysis/cluster_scores.h"
#include "lib/check.h"
#include "trainer/sklearn_cases.h"

#include <math.h>

enum { POINTS_MAX = 1000, KINDS_MAX = 1000 };

static void test_scores_are_those_of_scikit_learn(void)
{
    static int class[POINTS_MAX], cluster[POINTS_MAX];
    for (size_t c = 0; c < sizeof sklearn_scores / sizeof *sklearn_scores; c++) {
        const double *wanted = sklearn_scores[c];
        const size_t n = (size_t)wanted[0], a = (size_t)wanted[1], b = (size_t)wanted[2];
        for (size_t i = 0; i < n; i++) {
            class[i] = (int)(i * i % a);
            cluster[i] = (int)((i * i * i + i) % b);
        }
        Error error;
        ClusterScores scores;
        REQUIRE(cluster_scores(&scores, class, KINDS_MAX, cluster, KINDS_MAX, n, &error));
        CHECK_MSG(fabs(scores.homogeneity - wanted[3]) <= 1e-9, "case %zu: homogeneity %.17g", c,
                  scores.homogeneity);
        CHECK_MSG(fabs(scores.completeness - wanted[4]) <= 1e-9, "case %zu: completeness %.17g", c,
                  scores.completeness);
        CHECK_MSG(fabs(scores.v_measure - wanted[5]) <= 1e-9, "case %zu: V-measure %.17g", c,
                  scores.v_measure);
    }
}

static void test_names_of_clusters_do_not_matter(void)
{
    const int class[6] = {0, 0, 1, 1, 2, 2}, same[6] = {5, 5, 0, 0, 3, 3};
    const int apart[6] = {0, 1, 2, 3, 4, 5}, crossed[6] = {0, 1, 0, 1, 0, 1};
    Error error;
    ClusterScores scores;
    REQUIRE(cluster_scores(&scores, class, 3, same, 6, 6, &error));
    CHECK(fabs(scores.homogeneity - 1.0) < 1e-12 && fabs(scores.completeness - 1.0) < 1e-12);
    REQUIRE(cluster_scores(&scores, class, 3, apart, 6, 6, &error));
    CHECK(fabs(scores.homogeneity - 1.0) < 1e-12 &&
          fabs(scores.completeness - log(3.0) / log(6.0)) < 1e-12);
    REQUIRE(cluster_scores(&scores, class, 3, crossed, 2, 6, &error));
    CHECK(scores.homogeneity < 1e-12 && scores.v_measure < 1e-12);
}

int main(void)
{
    RUN(test_scores_are_those_of_scikit_learn);
    RUN(test_names_of_clusters_do_not_matter);
    return check_status();
}
