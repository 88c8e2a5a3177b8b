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
static double uniform(RandomKey key, size_t centre, size_t candidate)
{
    uint32_t words[4];
    random_words(key, centre, (uint32_t)candidate, words);
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

// The squared distance of each point to the nearest centre: of those chosen so far, with the
// candidate that is tried, and with the best candidate. [count] each.
typedef struct {
    double *nearest, *tried, *best;
} Distances;

static void swap(double **a, double **b)
{
    double *const kept = *a;
    *a = *b;
    *b = kept;
}

// Draws candidates by their squared distance to the nearest centre. Returns the one that leaves
// the smallest sum of distances, and writes these to distances->nearest.
static size_t choose_centre(const Points *points, RandomKey key, size_t centre, size_t candidates,
                            Distances *distances)
{
    size_t chosen = 0;
    double least = INFINITY;
    for (size_t c = 0; c < candidates; c++) {
        const size_t candidate = pick(distances->nearest, points->count, uniform(key, centre, c));
        const double *where = point_at(points, candidate);
        double sum = 0.0;
        for (size_t i = 0; i < points->count; i++) {
            const double distance =
                squared_distance(point_at(points, i), where, points->dimensions);
            distances->tried[i] = centre == 0 ? distance : fmin(distances->nearest[i], distance);
            sum += distances->tried[i];
        }
        if (sum >= least) continue;
        least = sum;
        chosen = candidate;
        swap(&distances->tried, &distances->best);
    }
    swap(&distances->nearest, &distances->best);
    return chosen;
}

bool kmeans_choose(KMeans *kmeans, const Points *points, uint32_t seed, uint32_t start,
                   Error *error)
{
    const RandomKey key = {.seed = seed, .stream = 0x4b4d0000u + start};
    const size_t n = points->count, dimensions = points->dimensions;
    const size_t candidates = 2 + (size_t)log((double)kmeans->clusters); // as scikit-learn
    double *room = malloc(3 * n * sizeof *room);
    if (!room) return error_out_of_memory(error);
    Distances distances = {room, room + n, room + 2 * n};
    for (size_t i = 0; i < n; i++) distances.nearest[i] = 1.0; // the first centre is any point
    for (size_t k = 0; k < kmeans->clusters; k++) {
        const size_t chosen = choose_centre(points, key, k, k == 0 ? 1 : candidates, &distances);
        memcpy(kmeans->centre + k * dimensions, point_at(points, chosen),
               dimensions * sizeof *kmeans->centre);
    }
    free(room);
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

static void count_points(const KMeans *kmeans, const Points *points, size_t *size)
{
    memset(size, 0, kmeans->clusters * sizeof *size);
    for (size_t i = 0; i < points->count; i++) size[kmeans->cluster[i]]++;
}

// Moves each centre to the mean of its points, of which there must be one.
static void take_means(KMeans *kmeans, const Points *points, const size_t *size)
{
    const size_t dimensions = points->dimensions, clusters = kmeans->clusters;
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
        // The inertia falls until no cluster changes; with ties clusters may change while it stays.
        while (assign(kmeans, points, distance) > 0 && kmeans->inertia < before) {
            before = kmeans->inertia;
            count_points(kmeans, points, size);
            for (size_t k = 0; k < kmeans->clusters; k++)
                if (size[k] == 0) refill(kmeans, points, distance, size, k);
            take_means(kmeans, points, size);
        }
    }
    free(distance);
    free(size);
    return ok || error_out_of_memory(error);
}

// ---- Hartigan's iteration ----

// Returns the cluster in which the point leaves the smallest inertia, its own if no move is
// better. Without a point at distance d, the inertia of a cluster of n points is smaller by
// n / (n - 1) d^2; with it, that of another is larger by n / (n + 1) d^2.
static size_t better_cluster(const KMeans *kmeans, const double *point, size_t own,
                             const size_t *size)
{
    const size_t dimensions = kmeans->dimensions;
    size_t best = own;
    double least = squared_distance(point, kmeans->centre + own * dimensions, dimensions) *
                   (double)size[own] / (double)(size[own] - 1);
    for (size_t k = 0; k < kmeans->clusters; k++) {
        if (k == own) continue;
        const double added = squared_distance(point, kmeans->centre + k * dimensions, dimensions) *
                             (double)size[k] / (double)(size[k] + 1);
        if (added >= least) continue;
        least = added;
        best = k;
    }
    return best;
}

static void move_point(KMeans *kmeans, const double *point, size_t from, size_t to, size_t *size)
{
    double *left = kmeans->centre + from * kmeans->dimensions;
    double *joined = kmeans->centre + to * kmeans->dimensions;
    size[from]--;
    size[to]++;
    for (size_t d = 0; d < kmeans->dimensions; d++) {
        left[d] -= (point[d] - left[d]) / (double)size[from];
        joined[d] += (point[d] - joined[d]) / (double)size[to];
    }
}

// Moves each point once, if that lowers the inertia. Returns the number of moves.
static size_t move_points(KMeans *kmeans, const Points *points, size_t *size)
{
    size_t moves = 0;
    for (size_t i = 0; i < points->count; i++) {
        const size_t own = (size_t)kmeans->cluster[i];
        if (size[own] == 1) continue;
        const size_t to = better_cluster(kmeans, point_at(points, i), own, size);
        if (to == own) continue;
        move_point(kmeans, point_at(points, i), own, to, size);
        kmeans->cluster[i] = (int)to;
        moves++;
    }
    return moves;
}

static double inertia_of(const KMeans *kmeans, const Points *points)
{
    double inertia = 0.0;
    for (size_t i = 0; i < points->count; i++)
        inertia += squared_distance(
            point_at(points, i), kmeans->centre + (size_t)kmeans->cluster[i] * kmeans->dimensions,
            points->dimensions);
    return inertia;
}

bool kmeans_refine(KMeans *kmeans, const Points *points, Error *error)
{
    size_t *size = malloc(kmeans->clusters * sizeof *size);
    if (!size) return error_out_of_memory(error);
    double before = INFINITY;
    count_points(kmeans, points, size);
    // Moves that only rounding finds better could alternate; the inertia tells.
    while (kmeans->inertia < before && move_points(kmeans, points, size) > 0) {
        before = kmeans->inertia;
        take_means(kmeans, points, size);
        kmeans->inertia = inertia_of(kmeans, points);
    }
    free(size);
    return true;
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
    KMeans *run = &starts->run[item];
    Error *error = &starts->error[item];
    starts->ok[item] = kmeans_choose(run, starts->points, starts->seed, (uint32_t)item, error) &&
                       kmeans_iterate(run, starts->points, error) &&
                       kmeans_refine(run, starts->points, error);
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
