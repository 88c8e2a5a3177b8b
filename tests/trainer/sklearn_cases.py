#!/usr/bin/python3
"""sklearn_cases.py > tests/sklearn_cases.h: what scikit-learn says of small cases, for the tests of
principal components, K-Means and cluster scores, which then need no scikit-learn. The cases are
made by formulas that the tests know too."""
import numpy
import sklearn
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import homogeneity_completeness_v_measure


def points(count, values):
    i, j = numpy.mgrid[:count, :values]
    return ((i * i * 7 + j * j * 3 + i * j * 11) % 31 - 15).astype(float)


def table(name, rows, columns=""):
    print(f"static const double {name}[]{columns} = {{")
    for row in rows:
        text = ", ".join(f"{value:.17g}" for value in numpy.atleast_1d(row))
        print(f"    {{{text}}}," if columns else f"    {text},")
    print("};\n")


print(
    f"""// sklearn_cases.h: what scikit-learn {sklearn.__version__} says; made by sklearn_cases.py.
#ifndef TRASLUZ_SKLEARN_CASES_H
#define TRASLUZ_SKLEARN_CASES_H

// clang-format off
"""
)

pca = PCA(svd_solver="full").fit(points(12, 40))
print("// PCA(svd_solver=\"full\") of 12 points of 40 values.")
table("sklearn_variance", pca.explained_variance_[:11])
table("sklearn_score", pca.transform(points(12, 40))[:, :3], "[3]")

print(
    "// KMeans(init=the first points, n_init=1, tol=0) of 90 points: dimensions, clusters, inertia."
)
runs = []
for dimensions in (2, 3, 7):
    for clusters in (1, 2, 5, 10):
        where = points(90, dimensions)
        found = KMeans(
            clusters, init=where[:clusters], n_init=1, tol=0, max_iter=1000, algorithm="lloyd"
        ).fit(where)
        runs.append((dimensions, clusters, found.inertia_))
table("sklearn_inertia", runs, "[3]")

print(
    "// Classes i * i % a, clusters (i * i * i + i) % b of n points: n, a, b, homogeneity, "
    "completeness,\n// V-measure."
)
cases = []
for n, a, b in (
    (790, 10, 30),
    (790, 10, 10),
    (100, 7, 3),
    (50, 1, 4),
    (50, 4, 1),
    (20, 1, 1),
    (9, 1000, 1000),
    (2, 2, 3),
):
    i = numpy.arange(n)
    cases.append(
        (n, a, b) + tuple(homogeneity_completeness_v_measure(i * i % a, (i * i * i + i) % b))
    )
table("sklearn_scores", cases, "[6]")

print("// clang-format on\n\n#endif")
