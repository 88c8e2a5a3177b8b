#include "training/batch.h"

#include "base/progress.h"
#include "base/ranks.h"
#include "data/frame_reader.h"
#include "data/random_gain.h"
#include "math/random.h"
#include "network/gradient_sum.h"
#include "network/network.h"
#include "network/spectral_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOSSES = 2,                 // results of a window: its loss and, without a gradient, its MSE
    STREAM_LATENT = 0x4c41544e, // of random numbers
};

// What belongs to one thread.
typedef struct {
    FrameReader *reader;
    Workspace *workspace;
    SpectralLoss *spectral; // NULL if its weight is 0
    float *target;          // [frames][inputs], if the input is corrupted
    float *noise;           // [latent frames][channels], if the latent gets noise
} Worker;

struct Batch {
    const TrainingOptions *options;
    const float *band_mean;
    const LevelCache *cache;
    const Dataset *dataset;
    Pool *pool;
    size_t parameters, channels, bands;
    size_t results; // of a window in batch_statistics()
    bool spectrum;
    Worker *worker;  // one for each thread
    float *gradient; // [batch][parameters]
    double *result;  // of each window
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
    batch->worker = calloc((size_t)pool_threads(pool), sizeof *batch->worker);
    batch->gradient = malloc(size * batch->parameters * sizeof(float));
    batch->result = malloc(size * batch->results * sizeof(double));
    bool ok = batch->worker && batch->gradient && batch->result;
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
    free(batch->worker);
    free(batch->gradient);
    free(batch->result);
    free(batch);
}

// ---- Windows ----

// What the items of one pool_run() read.
typedef struct {
    Batch *batch;
    const float *parameters;
    const Window *windows;
    int n;
    int from; // first window of this process
    bool training;
    const LevelPca *levels; // of batch_axes_loss()
    uint32_t epoch, first;  // of a training: place of the windows in the epoch's list
} Job;

// Does this process's share of the job's windows.
static void run_windows(Job *job, PoolTask *task)
{
    int to;
    ranks_share(job->n, &job->from, &to);
    pool_run(job->batch->pool, task, job, to - job->from);
}

static WindowFrames read_window(const Job *job, int item, int thread)
{
    const TrainingOptions *o = job->batch->options;
    const float gain = job->training ? random_gain(o->random_gain, o->seed, job->epoch,
                                                   job->first + (uint32_t)item)
                                     : 1.0f;
    return frame_reader_read(job->batch->worker[thread].reader, job->batch->dataset,
                             job->windows[item], gain);
}

// Adds noise to the latent, in units of each channel's standard deviation in this window.
static void add_latent_noise(const Job *job, int item, int thread)
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
static void window_forward(const Job *job, int item, int thread, float *gradient)
{
    const Batch *batch = job->batch;
    const TrainingOptions *o = batch->options;
    const Worker *worker = &batch->worker[thread];
    WindowFrames window = read_window(job, item, thread);
    const size_t n = window.frames * window.inputs;
    const float *target = window.values;
    if (job->training && is_corrupted(o)) {
        memcpy(worker->target, window.values, n * sizeof(float));
        target = worker->target;
        corruption_apply(&o->corruption, o->seed, job->epoch, job->first + (uint32_t)item,
                         batch->band_mean, &window);
    }
    network_encode(worker->workspace, job->parameters, window.values);
    if (job->training && o->latent_noise > 0.0) add_latent_noise(job, item, thread);
    network_decode(worker->workspace, job->parameters);

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
    const Job *job = data;
    const int item = job->from + share_item;
    Batch *batch = job->batch;
    Workspace *workspace = batch->worker[thread].workspace;
    window_forward(job, item, thread, network_output_gradient(workspace));
    network_backward(workspace, job->parameters,
                     batch->gradient + (size_t)item * batch->parameters);
}

double batch_gradient(Batch *batch, const float *parameters, const WindowList *windows,
                      size_t first, int n, uint32_t epoch, float *gradient)
{
    Job job = {
        .batch = batch,
        .parameters = parameters,
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

// Takes what a task stored for a window of a clip.
typedef void TakeResult(void *data, uint32_t clip, const double *result);

// Runs a task that stores `results` numbers for each window, and adds them in the order of
// the windows to total[results]. `take` gets each window's results, too, in the same order;
// it may be NULL.
static void sum_results(Job job, const WindowList *windows, PoolTask *task, size_t results,
                        const char *what, double *total, TakeResult *take, void *data)
{
    const Batch *batch = job.batch;
    const size_t size = (size_t)batch->options->batch;
    Progress progress;
    progress_begin(&progress, stderr, what, windows->count, windows->count);
    for (size_t at = 0; at < windows->count; at += size) {
        const size_t left = windows->count - at;
        job.windows = windows->window + at;
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
    const Job *job = data;
    window_forward(job, job->from + item, thread, NULL);
}

double batch_loss(Batch *batch, const float *parameters, const WindowList *windows, double *mse)
{
    double sum[LOSSES] = {0.0};
    const Job job = {.batch = batch, .parameters = parameters};
    sum_results(job, windows, window_loss, LOSSES, "losses, window", sum, NULL, NULL);
    *mse = sum[1] / (double)windows->count;
    return sum[0] / (double)windows->count;
}

static void window_axes_loss(void *data, int share_item, int thread)
{
    const Job *job = data;
    const int item = job->from + share_item;
    const LevelPca *levels = job->levels;
    const WindowFrames window = read_window(job, item, thread);
    const size_t size = levels->stacked * levels->bands, points = window.frames / levels->stacked;
    double sum = 0.0;
    for (size_t p = 0; p < points; p++) // silent frames are 0 and are left as they are
        sum += level_pca_error(levels->axis, levels->values, size, window.values + p * size);
    job->batch->result[item] = sum / (double)(points * size);
}

double batch_axes_loss(Batch *batch, const LevelPca *levels, const WindowList *windows)
{
    double sum = 0.0;
    const Job job = {.batch = batch, .levels = levels};
    sum_results(job, windows, window_axes_loss, 1, "principal components, window", &sum, NULL,
                NULL);
    return sum / (double)windows->count;
}

// Returns true if the latent frame stands for silent frames alone.
static bool latent_is_silent(const WindowFrames *window, size_t t, size_t hop)
{
    for (size_t i = t * hop; i < (t + 1) * hop && i < window->frames; i++)
        if (!window->silent[i]) return false;
    return t * hop < window->frames;
}

// Adds the products of z[channels] with x[n] to sum[channels][n].
static void add_products(const float *z, size_t channels, const float *x, size_t n, double *sum)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < n; i++) sum[c * n + i] += (double)z[c] * (double)x[i];
}

// Adds a latent frame of a spectrum and the levels decoded from it, their mean over the frames that
// it stands for, to the sums of the window.
static void add_response(const Batch *batch, const Workspace *workspace, const float *z,
                         size_t first, size_t count, double *sum)
{
    const float *output = network_output(workspace);
    float levels[SPECTRUM_BANDS_MAX] = {0};
    for (size_t t = first; t < first + count; t++)
        for (size_t k = 0; k < batch->bands; k++)
            levels[k] += output[t * batch->bands + k] / (float)count;
    for (size_t k = 0; k < batch->bands; k++) sum[k] += (double)levels[k];
    add_products(z, batch->channels, levels, batch->bands, sum + batch->bands);
}

// Stores, for the window: the audio's sum of squares, the number of latent frames, each channel's
// sum, and each channel's sum of squares. Of a spectrum, in place of the squares, the sums of all
// products of two channels, the sum of each band's decoded level, and the sums of the products of
// channels and bands.
static void window_statistics(void *data, int share_item, int thread)
{
    const Job *job = data;
    const int item = job->from + share_item;
    const Batch *batch = job->batch;
    Workspace *workspace = batch->worker[thread].workspace;
    const size_t channels = batch->channels;
    const size_t hop = (size_t)arch_network_hop(&batch->options->arch);
    const WindowFrames window = read_window(job, item, thread);
    network_encode(workspace, job->parameters, window.values);
    if (batch->spectrum) network_decode(workspace, job->parameters);
    size_t frames;
    const float *latent = network_latent(workspace, &frames);

    double *const result = batch->result + (size_t)item * batch->results;
    double *const sum = result + 2, *const product = sum + channels;
    memset(result, 0, batch->results * sizeof(double));
    for (size_t t = 0; t < frames; t++) {
        const float *z = latent + t * channels;
        const size_t left = window.frames - t * hop;
        if (batch->spectrum && (t * hop >= window.frames || latent_is_silent(&window, t, hop)))
            continue;
        result[1] += 1.0;
        for (size_t c = 0; c < channels; c++) sum[c] += (double)z[c];
        if (batch->spectrum) {
            add_products(z, channels, z, channels, product);
            add_response(batch, workspace, z, t * hop, left < hop ? left : hop,
                         product + channels * channels);
        } else {
            for (size_t c = 0; c < channels; c++) product[c] += (double)z[c] * (double)z[c];
        }
    }
    const float *audio =
        frame_reader_audio(batch->worker[thread].reader, batch->dataset, job->windows[item]);
    for (size_t i = 0; i < batch->options->window; i++)
        result[0] += (double)audio[i] * (double)audio[i];
}

// The sums of a clip while its windows come, and what the means of the clips before add
// to the covariance.
typedef struct {
    size_t channels;
    uint32_t clip;
    double frames;
    double sum[ARCH_CHANNELS_MAX];
    double *between; // [channels][channels]
} Pieces;

static void end_piece(Pieces *pieces)
{
    const size_t channels = pieces->channels;
    if (pieces->frames > 0.0)
        for (size_t c = 0; c < channels; c++)
            for (size_t d = 0; d < channels; d++)
                pieces->between[c * channels + d] +=
                    pieces->sum[c] * pieces->sum[d] / pieces->frames;
    pieces->frames = 0.0;
    memset(pieces->sum, 0, sizeof pieces->sum);
}

static void take_window(void *data, uint32_t clip, const double *result)
{
    Pieces *pieces = data;
    if (!pieces->between) return;
    if (clip != pieces->clip) end_piece(pieces);
    pieces->clip = clip;
    pieces->frames += result[1];
    for (size_t c = 0; c < pieces->channels; c++) pieces->sum[c] += result[2 + c];
}

static void set_covariances(const Batch *batch, const double *total, double frames,
                            LatentStatistics *statistics)
{
    const size_t channels = batch->channels, bands = batch->bands;
    const double *sum = total + 2, *product = sum + channels;
    const double *levels = product + channels * channels, *response = levels + bands;
    for (size_t c = 0; c < channels; c++) {
        const double mean = sum[c] / frames;
        for (size_t d = 0; d < channels; d++) {
            const double square = product[c * channels + d],
                         between = statistics->within[c * channels + d];
            statistics->covariance[c * channels + d] = square / frames - mean * sum[d] / frames;
            statistics->within[c * channels + d] = (square - between) / frames;
        }
        for (size_t k = 0; k < bands; k++)
            statistics->response[c * bands + k] =
                response[c * bands + k] / frames - mean * levels[k] / frames;
    }
}

bool batch_statistics(Batch *batch, const float *parameters, const WindowList *windows,
                      LatentStatistics *statistics, Error *error)
{
    const size_t channels = batch->channels, bands = batch->bands;
    double *total = calloc(batch->results, sizeof *total);
    *statistics = (LatentStatistics){
        .mean = malloc(channels * sizeof(float)),
        .std = malloc(channels * sizeof(float)),
        .covariance = batch->spectrum ? malloc(channels * channels * sizeof(double)) : NULL,
        .within = batch->spectrum ? calloc(channels * channels, sizeof(double)) : NULL,
        .response = batch->spectrum ? malloc(channels * bands * sizeof(double)) : NULL,
    };
    const bool ok = total && statistics->mean && statistics->std &&
                    (!batch->spectrum ||
                     (statistics->covariance && statistics->within && statistics->response));
    if (ok) {
        const Job job = {.batch = batch, .parameters = parameters};
        Pieces pieces = {.channels = channels, .between = statistics->within};
        sum_results(job, windows, window_statistics, batch->results, "statistics, window", total,
                    take_window, &pieces);
        if (batch->spectrum) end_piece(&pieces);
        const double frames = fmax(1.0, total[1]);
        const double *sum = total + 2, *product = sum + channels;
        for (size_t c = 0; c < channels; c++) {
            const double mean = sum[c] / frames;
            const double square = product[batch->spectrum ? c * channels + c : c];
            const double variance = square / frames - mean * mean;
            statistics->mean[c] = (float)mean;
            statistics->std[c] = (float)sqrt(variance > 0.0 ? variance : 0.0);
        }
        if (batch->spectrum) set_covariances(batch, total, frames, statistics);
        const double samples = (double)windows->count * (double)batch->options->window;
        statistics->level = 10.0 * log10(total[0] / samples);
    }
    free(total);
    return ok || error_out_of_memory(error);
}

void latent_statistics_free(LatentStatistics *statistics)
{
    free(statistics->mean);
    free(statistics->std);
    free(statistics->covariance);
    free(statistics->within);
    free(statistics->response);
    *statistics = (LatentStatistics){0};
}
