#include "training/batch_parts.h"

#include "base/progress.h"
#include "base/ranks.h"
#include "data/random_gain.h"
#include "math/random.h"
#include "network/gradient_sum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOSSES = 2,                 // results of a window: its loss and, without a gradient, its MSE
    STREAM_LATENT = 0x4c41544e, // of random numbers
};

// ---- Memory ----

static bool is_corrupted(const TrainingOptions *options)
{
    return options->corruption.equaliser > 0.0 || options->corruption.floor_high > 0.0;
}

static bool worker_init(Worker *worker, const Batch *batch)
{
    const TrainingOptions *o = batch->options;
    const size_t frames = (size_t)arch_front_frames(&o->arch, o->window);
    const size_t latent = (size_t)arch_latent_frames(&o->arch, o->window) * batch->channels;
    const FrameReaderSetup setup = {&o->arch, o->rate, o->window, batch->band_mean, batch->cache};
    worker->reader = frame_reader_new(&setup);
    worker->workspace = workspace_new(&o->arch, o->window);
    if (o->loss.spectral > 0.0) worker->spectral = spectral_loss_new(o->window);
    if (is_corrupted(o))
        worker->target = malloc(frames * (size_t)arch_inputs(&o->arch) * sizeof(float));
    if (o->latent_noise > 0.0) worker->noise = malloc(latent * sizeof(float));
    return worker->reader && worker->workspace && (worker->spectral || o->loss.spectral == 0.0) &&
           (worker->target || !is_corrupted(o)) && (worker->noise || o->latent_noise == 0.0);
}

Batch *batch_new(const TrainingOptions *options, const float *band_mean, const LevelCache *cache,
                 const Dataset *dataset, Pool *pool)
{
    Batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    const Arch *arch = &options->arch;
    const size_t size = (size_t)options->batch;
    batch->options = options;
    batch->band_mean = band_mean;
    batch->cache = cache;
    batch->dataset = dataset;
    batch->pool = pool;
    batch->parameters = arch_parameters(arch);
    batch->channels = (size_t)arch_latent_channels(arch);
    batch->spectrum = arch->front.kind == FRONT_SPECTRUM;
    batch->bands = (size_t)arch_inputs(arch);
    batch->results = batch->spectrum ? 2 + (batch->channels + 1) * (batch->channels + batch->bands)
                                     : 2 + 2 * batch->channels;
    batch->packed = packed_weights_new(arch);
    batch->worker = calloc((size_t)pool_threads(pool), sizeof *batch->worker);
    batch->gradient = malloc(size * batch->parameters * sizeof(float));
    batch->result = malloc(size * batch->results * sizeof(double));
    bool ok = batch->packed && batch->worker && batch->gradient && batch->result;
    for (int i = 0; ok && i < pool_threads(pool); i++) ok = worker_init(&batch->worker[i], batch);
    if (ok) return batch;
    batch_free(batch);
    return NULL;
}

void batch_free(Batch *batch)
{
    if (!batch) return;
    for (int i = 0; batch->worker && i < pool_threads(batch->pool); i++) {
        Worker *worker = &batch->worker[i];
        frame_reader_free(worker->reader);
        workspace_free(worker->workspace);
        spectral_loss_free(worker->spectral);
        free(worker->target);
        free(worker->noise);
    }
    packed_weights_free(batch->packed);
    free(batch->worker);
    free(batch->gradient);
    free(batch->result);
    free(batch);
}

// ---- Windows ----

// Does this process's share of the job's windows.
static void run_windows(BatchJob *job, PoolTask *task)
{
    int to;
    ranks_share(job->n, &job->from, &to);
    pool_run(job->batch->pool, task, job, to - job->from);
}

NetworkWeights batch_weights(Batch *batch, const float *parameters)
{
    packed_weights_set(batch->packed, parameters);
    return (NetworkWeights){parameters, batch->packed};
}

WindowFrames batch_read_window(const BatchJob *job, int item, int thread)
{
    const TrainingOptions *o = job->batch->options;
    const float gain = job->training ? random_gain(o->random_gain, o->seed, job->epoch,
                                                   job->first + (uint32_t)item)
                                     : 1.0f;
    return frame_reader_read(job->batch->worker[thread].reader, job->batch->dataset,
                             job->windows[item], gain);
}

// Adds noise to the latent, in units of each channel's standard deviation in this window.
static void add_latent_noise(const BatchJob *job, int item, int thread)
{
    const TrainingOptions *o = job->batch->options;
    const Worker *worker = &job->batch->worker[thread];
    const size_t channels = job->batch->channels;
    size_t frames;
    float *latent = network_latent(worker->workspace, &frames);
    random_normal((RandomKey){o->seed, STREAM_LATENT},
                  (uint64_t)job->epoch << 32 | (job->first + (uint32_t)item), worker->noise,
                  (int)(frames * channels));
    for (size_t c = 0; c < channels; c++) {
        double sum = 0.0, square = 0.0;
        for (size_t t = 0; t < frames; t++) {
            const double value = (double)latent[t * channels + c];
            sum += value;
            square += value * value;
        }
        const double mean = sum / (double)frames;
        const double variance = fmax(0.0, square / (double)frames - mean * mean);
        const float scale = (float)(o->latent_noise * sqrt(variance));
        for (size_t t = 0; t < frames; t++)
            latent[t * channels + c] += scale * worker->noise[t * channels + c];
    }
}

// Encodes and decodes the window and stores its losses; with a gradient, also the derivative of the
// loss by the output.
static void window_forward(const BatchJob *job, int item, int thread, float *gradient)
{
    const Batch *batch = job->batch;
    const TrainingOptions *o = batch->options;
    const Worker *worker = &batch->worker[thread];
    WindowFrames window = batch_read_window(job, item, thread);
    const size_t n = window.frames * window.inputs;
    const float *target = window.values;
    if (is_corrupted(o)) {
        memcpy(worker->target, window.values, n * sizeof(float));
        target = worker->target;
        corruption_apply(&o->corruption, o->seed, job->epoch, job->first + (uint32_t)item,
                         batch->band_mean, &window);
    }
    network_encode(worker->workspace, &job->weights, window.values);
    if (job->training && o->latent_noise > 0.0) add_latent_noise(job, item, thread);
    network_decode(worker->workspace, &job->weights);

    const float *output = network_output(worker->workspace);
    double *const result = batch->result + (size_t)item * LOSSES;
    if (batch->spectrum) {
        result[0] =
            level_loss(output, target, window.silent, window.frames, window.inputs, gradient);
        result[1] = result[0];
        return;
    }
    result[0] = loss_value(&o->loss, output, target, n);
    if (gradient)
        loss_gradient(&o->loss, output, target, n, gradient);
    else
        result[1] = loss_mse(output, target, n);
    if (worker->spectral)
        result[0] += o->loss.spectral *
                     spectral_loss(worker->spectral, output, target, o->loss.spectral, gradient);
}

// ---- Gradient ----

static void window_gradient(void *data, int share_item, int thread)
{
    const BatchJob *job = data;
    const int item = job->from + share_item;
    Batch *batch = job->batch;
    Workspace *workspace = batch->worker[thread].workspace;
    window_forward(job, item, thread, network_output_gradient(workspace));
    network_backward(workspace, &job->weights, batch->gradient + (size_t)item * batch->parameters);
}

double batch_gradient(Batch *batch, const float *parameters, const WindowList *windows,
                      size_t first, int n, uint32_t epoch, float *gradient)
{
    BatchJob job = {
        .batch = batch,
        .weights = batch_weights(batch, parameters),
        .windows = windows->window + first,
        .n = n,
        .training = true,
        .epoch = epoch,
        .first = (uint32_t)first,
    };
    run_windows(&job, window_gradient);
    ranks_gather(batch->gradient, batch->parameters * sizeof(float), n);
    ranks_gather(batch->result, LOSSES * sizeof(double), n);
    gradient_sum(batch->pool, batch->gradient, (size_t)n, batch->parameters, 1.0f / (float)n,
                 gradient);
    double loss = 0.0;
    for (int i = 0; i < n; i++) loss += batch->result[(size_t)i * LOSSES];
    return loss / n;
}

// ---- Loss and statistics ----

void batch_sum_results(BatchJob job, const WindowList *windows, PoolTask *task, size_t results,
                       const char *what, double *total, TakeResult *take, void *data)
{
    const Batch *batch = job.batch;
    const size_t size = (size_t)batch->options->batch;
    Progress progress;
    progress_begin(&progress, stderr, what, windows->count, windows->count);
    for (size_t at = 0; at < windows->count; at += size) {
        const size_t left = windows->count - at;
        job.windows = windows->window + at;
        job.first = (uint32_t)at;
        job.n = (int)(left < size ? left : size);
        run_windows(&job, task);
        ranks_gather(batch->result, results * sizeof(double), job.n);
        for (int i = 0; i < job.n; i++) {
            const double *result = batch->result + (size_t)i * results;
            for (size_t k = 0; k < results; k++) total[k] += result[k];
            if (take) take(data, job.windows[i].clip, result);
        }
        progress_reach(&progress, at + (size_t)job.n);
    }
    progress_end(&progress);
}

static void window_loss(void *data, int item, int thread)
{
    const BatchJob *job = data;
    window_forward(job, job->from + item, thread, NULL);
}

double batch_loss(Batch *batch, const float *parameters, const WindowList *windows, double *mse)
{
    double sum[LOSSES] = {0.0};
    const BatchJob job = {.batch = batch, .weights = batch_weights(batch, parameters)};
    batch_sum_results(job, windows, window_loss, LOSSES, "losses, window", sum, NULL, NULL);
    *mse = sum[1] / (double)windows->count;
    return sum[0] / (double)windows->count;
}

static void window_axes_loss(void *data, int share_item, int thread)
{
    const BatchJob *job = data;
    const int item = job->from + share_item;
    const LevelPca *levels = job->levels;
    const WindowFrames window = batch_read_window(job, item, thread);
    const size_t size = levels->stacked * levels->bands, points = window.frames / levels->stacked;
    double sum = 0.0;
    for (size_t p = 0; p < points; p++) // silent frames are 0 and are left as they are
        sum += level_pca_error(levels->axis, levels->values, size, window.values + p * size);
    job->batch->result[item] = sum / (double)(points * size);
}

double batch_axes_loss(Batch *batch, const LevelPca *levels, const WindowList *windows)
{
    double sum = 0.0;
    const BatchJob job = {.batch = batch, .levels = levels};
    batch_sum_results(job, windows, window_axes_loss, 1, "principal components, window", &sum, NULL,
                      NULL);
    return sum / (double)windows->count;
}
