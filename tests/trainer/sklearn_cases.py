#!/usr/bin/python3
"""sklearn_cases.py > tests/trainer/sklearn_cases.h: what scikit-learn says of small cases, for the tests of
principal components, K-Means and cluster scores, which then need no scikit-learn. The cases are
made by formulas that the tests know too."""
import numpy
import sklearn
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import homogeneity_completeness_v_measure

STARTS = 20  # of each case of K-Means


def points(count, values):
    i, j = numpy.mgrid[:count, :values]
    return ((i * i * 7 + j * j * 3 + i * j * 11) % 31 - 15).astype(float)


def share(index):
    """A number in [0, 1) for each index: a hash of 32 bits."""
    word = (index * 2654435761 + 12345) & 0xFFFFFFFF
    word ^= word >> 16
    word = (word * 0x7FEB352D) & 0xFFFFFFFF
    word ^= word >> 15
    word = (word * 0x846CA68B) & 0xFFFFFFFF
    return (word ^ word >> 16) / 2**32


def heaps_of_points(count, dimensions, heaps):
    """Points of nearly normal distribution around centres in a cube; 0 heaps: one centre."""
    i, j = numpy.mgrid[:count, :dimensions].astype(numpy.uint64)
    centre = 4 * share(i % heaps * 16 + j) if heaps > 0 else 0
    return centre + sum(share(100000 + (i * 16 + j) * 4 + t) for t in range(4)) / 4 - 0.5


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
    f"// KMeans(n_init=10) of heaps of points, {STARTS} times: heaps, points, dimensions, clusters; "
    "smallest,\n// mean and largest inertia."
)
runs = []
for heaps in (0, 12, 40):
    for count, dimensions in ((90, 2), (800, 2), (800, 3), (800, 8)):
        for clusters in (5, 10, 20, 30):
            where = heaps_of_points(count, dimensions, heaps)
            found = [
                KMeans(clusters, n_init=10, random_state=state).fit(where).inertia_
                for state in range(STARTS)
            ]
            runs.append(
                (heaps, count, dimensions, clusters, min(found), numpy.mean(found), max(found))
            )
table("sklearn_best_of_ten", runs, "[7]")

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
