#include "analysis/kmeans.h"

#include "math/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double *point_at(const Points *points, size_t i)
{
    return points->value + i * points->stride;
}

static double squared_distance(const double *a, const double *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

bool kmeans_init(KMeans *kmeans, const Points *points, size_t clusters, Error *error)
{
    *kmeans = (KMeans){
        .clusters = clusters,
        .dimensions = points->dimensions,
        .centre = calloc(clusters * points->dimensions + 1, sizeof(double)),
        .cluster = calloc(points->count, sizeof(int)),
    };
    return (kmeans->centre && kmeans->cluster) || error_out_of_memory(error);
}

void kmeans_free(KMeans *kmeans)
{
    free(kmeans->centre);
    free(kmeans->cluster);
    *kmeans = (KMeans){0};
}

// ---- Initial centres ----

// Returns a number in [0, 1).
static double uniform(RandomKey key, uint64_t index)
{
    uint32_t words[4];
    random_words(key, index, 0, words);
    return (double)(((uint64_t)words[0] << 32 | words[1]) >> 11) * 0x1p-53;
}

// Returns a point at random, by its share of the weights; any point if all weights are 0.
static size_t pick(const double *weight, size_t n, double share)
{
    double total = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) total += weight[i];
    if (total == 0.0) return (size_t)(share * (double)n);
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        if (weight[i] == 0.0) continue;
        last = i; // rounding may leave the sum below the share
        sum += weight[i];
        if (sum > share * total) break;
    }
    return last;
}

bool kmeans_choose(KMeans *kmeans, const Points *points, uint32_t seed, uint32_t start,
                   Error *error)
{
    const RandomKey key = {.seed = seed, .stream = 0x4b4d0000u + start};
    const size_t n = points->count, dimensions = points->dimensions;
    double *nearest = malloc(n * sizeof *nearest); // squared distance to the nearest centre so far
    if (!nearest) return error_out_of_memory(error);
    for (size_t i = 0; i < n; i++) nearest[i] = 1.0; // the first one is any
    for (size_t k = 0; k < kmeans->clusters; k++) {
        const double *chosen = point_at(points, pick(nearest, n, uniform(key, k)));
        memcpy(kmeans->centre + k * dimensions, chosen, dimensions * sizeof *chosen);
        for (size_t i = 0; i < n; i++) {
            const double distance = squared_distance(point_at(points, i), chosen, dimensions);
            nearest[i] = k == 0 ? distance : fmin(nearest[i], distance);
        }
    }
    free(nearest);
    return true;
}

// ---- Lloyd's iteration ----

// Assigns each point to its nearest centre, of equal ones the first, and writes its squared
// distance. Returns the number of points that changed their cluster.
static size_t assign(KMeans *kmeans, const Points *points, double *distance)
{
    const size_t dimensions = points->dimensions;
    size_t changed = 0;
    kmeans->inertia = 0.0;
    for (size_t i = 0; i < points->count; i++) {
        int best = 0;
        distance[i] = INFINITY;
        for (size_t k = 0; k < kmeans->clusters; k++) {
            const double d =
                squared_distance(point_at(points, i), kmeans->centre + k * dimensions, dimensions);
            if (d >= distance[i]) continue;
            distance[i] = d;
            best = (int)k;
        }
        changed += kmeans->cluster[i] != best;
        kmeans->cluster[i] = best;
        kmeans->inertia += distance[i];
    }
    return changed;
}

// Moves the farthest point that is not alone in its cluster to the empty one.
static void refill(KMeans *kmeans, const Points *points, double *distance, size_t *size,
                   size_t empty)
{
    size_t farthest = points->count;
    for (size_t i = 0; i < points->count; i++)
        if (size[kmeans->cluster[i]] > 1 &&
            (farthest == points->count || distance[i] > distance[farthest]))
            farthest = i;
    size[kmeans->cluster[farthest]]--;
    size[empty]++;
    kmeans->cluster[farthest] = (int)empty;
    distance[farthest] = 0.0;
}

// Moves each centre to the mean of its points.
static void move_centres(KMeans *kmeans, const Points *points, double *distance, size_t *size)
{
    const size_t dimensions = points->dimensions, clusters = kmeans->clusters;
    memset(size, 0, clusters * sizeof *size);
    for (size_t i = 0; i < points->count; i++) size[kmeans->cluster[i]]++;
    for (size_t k = 0; k < clusters; k++)
        if (size[k] == 0) refill(kmeans, points, distance, size, k);
    memset(kmeans->centre, 0, clusters * dimensions * sizeof *kmeans->centre);
    for (size_t i = 0; i < points->count; i++) {
        double *centre = kmeans->centre + (size_t)kmeans->cluster[i] * dimensions;
        const double *point = point_at(points, i);
        for (size_t d = 0; d < dimensions; d++) centre[d] += point[d];
    }
    for (size_t k = 0; k < clusters; k++)
        for (size_t d = 0; d < dimensions; d++)
            kmeans->centre[k * dimensions + d] /= (double)size[k];
}

bool kmeans_iterate(KMeans *kmeans, const Points *points, Error *error)
{
    double *distance = malloc(points->count * sizeof *distance);
    size_t *size = malloc(kmeans->clusters * sizeof *size);
    const bool ok = distance && size;
    if (ok) {
        double before = INFINITY;
        memset(kmeans->cluster, -1, points->count * sizeof *kmeans->cluster); // all are new
        kmeans->iterations = 0;
        // The inertia falls until no cluster changes; with ties clusters may change while it stays.
        while (assign(kmeans, points, distance) > 0 && kmeans->inertia < before) {
            before = kmeans->inertia;
            move_centres(kmeans, points, distance, size);
            kmeans->iterations++;
        }
    }
    free(distance);
    free(size);
    return ok || error_out_of_memory(error);
}

// ---- Several starts ----

typedef struct {
    const Points *points;
    KMeans *run;  // [starts]
    Error *error; // [starts]
    bool *ok;     // [starts]
    uint32_t seed;
} Starts;

static void run_start(void *data, int item, int thread)
{
    (void)thread;
    Starts *starts = data;
    starts->ok[item] = kmeans_choose(&starts->run[item], starts->points, starts->seed,
                                     (uint32_t)item, &starts->error[item]) &&
                       kmeans_iterate(&starts->run[item], starts->points, &starts->error[item]);
}

static bool starts_run(Starts *starts, KMeans *best, size_t clusters, int count, Pool *pool,
                       Error *error)
{
    int first = 0;
    for (int i = 0; i < count; i++)
        if (!kmeans_init(&starts->run[i], starts->points, clusters, error)) return false;
    pool_run(pool, run_start, starts, count);
    for (int i = 0; i < count; i++) {
        if (!starts->ok[i]) return error_set(error, "%s", starts->error[i].text);
        if (starts->run[i].inertia < starts->run[first].inertia) first = i;
    }
    *best = starts->run[first];
    starts->run[first] = (KMeans){0};
    return true;
}

bool kmeans_run(KMeans *best, const Points *points, size_t clusters, int starts, uint32_t seed,
                Pool *pool, Error *error)
{
    const size_t count = (size_t)starts;
    Starts all = {
        .points = points,
        .run = calloc(count, sizeof *all.run),
        .error = calloc(count, sizeof *all.error),
        .ok = calloc(count, sizeof *all.ok),
        .seed = seed,
    };
    *best = (KMeans){0};
    const bool ok = all.run && all.error && all.ok
                        ? starts_run(&all, best, clusters, starts, pool, error)
                        : error_out_of_memory(error);
    for (int i = 0; all.run && i < starts; i++) kmeans_free(&all.run[i]);
    free(all.run);
    free(all.error);
    free(all.ok);
    return ok;
}
