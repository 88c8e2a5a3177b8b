#include "analysis/level_pca.h"

#include "analysis/principal_axes.h"
#include "base/progress.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

// The windows are cut into a fixed number of shards; each adds up its own, and the shards are
// added in order.
enum { SHARDS = 16 };

typedef struct {
    size_t points;   // that count
    double *sum;     // [size]
    double *product; // [size][size]: sum of x x^T; the upper triangle counts
    double *x;       // [points of a window][size]
} Shard;

typedef struct {
    const Dataset *dataset;
    WindowList windows;
    size_t count;                        // windows that are measured
    size_t bands, stacked, size, points; // size: of a point; points: of a window
    FrameReader **reader;                // one for each thread
    Shard shard[SHARDS];
    Progress progress;
} Fit;

// Copies the window's points without silent frames to x; returns their number.
static size_t copy_points(const Fit *fit, const WindowFrames *window, double *x)
{
    size_t points = 0;
    for (size_t p = 0; p < fit->points; p++) {
        bool silent = false;
        for (size_t t = 0; t < fit->stacked; t++)
            silent = silent || window->silent[p * fit->stacked + t];
        if (silent) continue;
        for (size_t i = 0; i < fit->size; i++)
            x[points * fit->size + i] = (double)window->values[p * fit->size + i];
        points++;
    }
    return points;
}

static void measure_shard(void *data, int item, int thread)
{
    Fit *fit = data;
    Shard *shard = &fit->shard[item];
    const size_t at = (size_t)item, size = fit->size;
    const size_t from = fit->count * at / SHARDS, to = fit->count * (at + 1) / SHARDS;
    for (size_t i = from; i < to; i++) {
        const size_t index = i * fit->windows.count / fit->count;
        const WindowFrames window =
            frame_reader_read(fit->reader[thread], fit->dataset, fit->windows.window[index], 1.0f);
        const size_t points = copy_points(fit, &window, shard->x);
        for (size_t p = 0; p < points; p++)
            for (size_t v = 0; v < size; v++) shard->sum[v] += shard->x[p * size + v];
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)size, (int)points, 1.0, shard->x,
                    (int)size, 1.0, shard->product, (int)size);
        shard->points += points;
        progress_step(&fit->progress, 1);
    }
}

static bool fit_init(Fit *fit, FrameReaderSetup frames, Pool *pool, Error *error)
{
    frames.band_mean = NULL;
    if (!dataset_windows(fit->dataset, SPLIT_TRAIN, frames.window, &fit->windows, error))
        return false;
    fit->count = fit->windows.count < LEVEL_PCA_WINDOWS ? fit->windows.count : LEVEL_PCA_WINDOWS;
    const int threads = pool_threads(pool);
    fit->reader = calloc((size_t)threads, sizeof *fit->reader);
    bool ok = fit->reader;
    for (int i = 0; ok && i < threads; i++) {
        fit->reader[i] = frame_reader_new(&frames);
        ok = fit->reader[i];
    }
    for (int i = 0; ok && i < SHARDS; i++) {
        Shard *shard = &fit->shard[i];
        shard->sum = calloc(fit->size, sizeof(double));
        shard->product = calloc(fit->size * fit->size, sizeof(double));
        shard->x = malloc((fit->points * fit->size + 1) * sizeof(double));
        ok = shard->sum && shard->product && shard->x;
    }
    return ok || error_out_of_memory(error);
}

static void fit_free(Fit *fit, int threads)
{
    for (int i = 0; fit->reader && i < threads; i++) frame_reader_free(fit->reader[i]);
    for (int i = 0; i < SHARDS; i++) {
        free(fit->shard[i].sum);
        free(fit->shard[i].product);
        free(fit->shard[i].x);
    }
    free(fit->reader);
    free(fit->windows.window);
}

// Adds all shards to the first one; returns the number of points.
static size_t add_shards(Fit *fit)
{
    Shard *first = &fit->shard[0];
    for (int i = 1; i < SHARDS; i++) {
        const Shard *shard = &fit->shard[i];
        first->points += shard->points;
        for (size_t v = 0; v < fit->size; v++) first->sum[v] += shard->sum[v];
        for (size_t v = 0; v < fit->size * fit->size; v++) first->product[v] += shard->product[v];
    }
    return first->points;
}

// Turns the sums into the covariance about the mean, the same for each frame of a point.
static void centre(const Fit *fit, double points, const float *band_mean)
{
    double *product = fit->shard[0].product;
    const double *sum = fit->shard[0].sum;
    for (size_t a = 0; a < fit->size; a++)
        for (size_t b = a; b < fit->size; b++) {
            const double mean_a = (double)band_mean[a % fit->bands];
            const double mean_b = (double)band_mean[b % fit->bands];
            const double value = product[a * fit->size + b] / points - mean_a * sum[b] / points -
                                 mean_b * sum[a] / points + mean_a * mean_b;
            product[a * fit->size + b] = product[b * fit->size + a] = value;
        }
}

static bool find_axes(LevelPca *pca, Fit *fit, Error *error)
{
    const size_t points = add_shards(fit);
    if (points < 2) return error_set(error, "the training music is silent");
    for (size_t k = 0; k < pca->bands; k++) {
        double sum = 0.0;
        for (size_t t = 0; t < pca->stacked; t++) sum += fit->shard[0].sum[t * pca->bands + k];
        pca->band_mean[k] = (float)(sum / (double)(points * pca->stacked));
    }
    if (pca->values >= fit->size || fit->size > LEVEL_PCA_MAX) return true;
    centre(fit, (double)points, pca->band_mean);
    pca->axis = malloc(pca->values * fit->size * sizeof *pca->axis);
    float *std = malloc(pca->values * sizeof *std);
    const bool ok = pca->axis && std ? principal_axes(fit->shard[0].product, fit->size, pca->values,
                                                      pca->axis, std, error)
                                     : error_out_of_memory(error);
    free(std);
    return ok;
}

bool level_pca_fit(LevelPca *pca, const FrameReaderSetup *frames, const Dataset *dataset,
                   Pool *pool, Error *error)
{
    const Arch *arch = frames->arch;
    const size_t bands = (size_t)arch_inputs(arch), stacked = (size_t)arch_network_hop(arch);
    const size_t wanted = stacked * bands <= LEVEL_PCA_MAX ? stacked : 1;
    *pca = (LevelPca){
        .bands = bands,
        .stacked = wanted,
        .values = (size_t)arch_latent_channels(arch),
        .band_mean = malloc(bands * sizeof *pca->band_mean),
    };
    if (!pca->band_mean) return error_out_of_memory(error);
    Fit fit = {
        .dataset = dataset,
        .bands = bands,
        .stacked = wanted,
        .size = wanted * bands,
        .points = (size_t)arch_front_frames(arch, frames->window) / wanted,
    };
    bool ok = fit_init(&fit, *frames, pool, error);
    if (ok) {
        progress_begin(&fit.progress, stderr, "principal components, window", fit.count, fit.count);
        pool_run(pool, measure_shard, &fit, SHARDS);
        progress_end(&fit.progress);
        ok = find_axes(pca, &fit, error);
    }
    fit_free(&fit, pool_threads(pool));
    if (ok && wanted != stacked) {
        free(pca->axis);
        pca->axis = NULL;
    }
    return ok;
}

void level_pca_free(LevelPca *pca)
{
    free(pca->band_mean);
    free(pca->axis);
    *pca = (LevelPca){0};
}

double level_pca_error(const float *axis, size_t values, size_t size, const float *x)
{
    // Axes are orthonormal, so the error is the square minus the squares along them.
    double left = 0.0;
    for (size_t i = 0; i < size; i++) left += (double)x[i] * (double)x[i];
    for (size_t a = 0; a < values; a++) {
        double coefficient = 0.0;
        for (size_t i = 0; i < size; i++) coefficient += (double)axis[a * size + i] * (double)x[i];
        left -= coefficient * coefficient;
    }
    return left > 0.0 ? left : 0.0;
}
