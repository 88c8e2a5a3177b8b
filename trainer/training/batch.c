#include "training/batch.h"

#include "base/progress.h"
#include "base/ranks.h"
#include "network/gradient_sum.h"
#include "network/network.h"
#include "network/spectral_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct Batch {
    Arch arch;
    size_t window, parameters;
    int size;
    Loss loss;
    const Dataset *dataset;
    Pool *pool;
    Workspace **workspace;   // one for each thread
    SpectralLoss **spectral; // one for each thread, where it counts
    float **audio;           // a window for each thread
    float *gradient;         // [size][parameters]
    double *result;          // for each item, what the call wants
};

enum { LOSSES = 2 }; // results of a window: its loss and, without a gradient, its squared error

Batch *batch_new(const Arch *arch, size_t window, int size, const Loss *loss,
                 const Dataset *dataset, Pool *pool)
{
    Batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    const int threads = pool_threads(pool);
    const size_t channels = (size_t)arch_latent_channels(arch);
    batch->arch = *arch;
    batch->window = window;
    batch->parameters = arch_parameters(arch);
    batch->size = size;
    batch->loss = *loss;
    batch->dataset = dataset;
    batch->pool = pool;
    batch->workspace = calloc((size_t)threads, sizeof *batch->workspace);
    batch->spectral = calloc((size_t)threads, sizeof *batch->spectral);
    batch->audio = calloc((size_t)threads, sizeof *batch->audio);
    batch->gradient = malloc((size_t)size * batch->parameters * sizeof(float));
    batch->result = malloc((size_t)size * (2 * channels + 1) * sizeof(double));
    bool good =
        batch->workspace && batch->spectral && batch->audio && batch->gradient && batch->result;
    for (int i = 0; good && i < threads; i++) {
        batch->workspace[i] = workspace_new(arch, window);
        batch->audio[i] = malloc(window * sizeof(float));
        if (loss->spectral > 0.0) batch->spectral[i] = spectral_loss_new(window);
        good =
            batch->workspace[i] && batch->audio[i] && (batch->spectral[i] || loss->spectral == 0.0);
    }
    if (good) return batch;
    batch_free(batch);
    return NULL;
}

void batch_free(Batch *batch)
{
    if (!batch) return;
    for (int i = 0; i < pool_threads(batch->pool); i++) {
        if (batch->workspace) workspace_free(batch->workspace[i]);
        if (batch->spectral) spectral_loss_free(batch->spectral[i]);
        if (batch->audio) free(batch->audio[i]);
    }
    free(batch->workspace);
    free(batch->spectral);
    free(batch->audio);
    free(batch->gradient);
    free(batch->result);
    free(batch);
}

// What the items of one pool_run() read.
typedef struct {
    Batch *batch;
    const float *parameters;
    const Window *windows;
    const float *gain; // of each window; NULL: as it is
    int n;
    int from; // the first window that this process does
} Job;

// This process's share of the job's windows.
static void run_windows(Job *job, PoolTask *task)
{
    int to;
    ranks_share(job->n, &job->from, &to);
    pool_run(job->batch->pool, task, job, to - job->from);
}

static const float *read_window(const Job *job, int item, int thread)
{
    const Batch *batch = job->batch;
    float *audio = batch->audio[thread];
    dataset_read(batch->dataset, job->windows[item], batch->window, audio);
    if (job->gain)
        for (size_t i = 0; i < batch->window; i++) audio[i] *= job->gain[item];
    return audio;
}

// Encodes and decodes the window and leaves its losses; with a gradient, also the derivative of the
// first by the output.
static void forward(const Job *job, int item, int thread, float *gradient)
{
    const Batch *batch = job->batch;
    const Loss *loss = &batch->loss;
    Workspace *workspace = batch->workspace[thread];
    const float *audio = read_window(job, item, thread);
    network_forward(workspace, job->parameters, audio);
    const float *output = network_output(workspace);
    double *const result = batch->result + (size_t)item * LOSSES;
    result[0] = loss_value(loss, output, audio, batch->window);
    if (gradient)
        loss_gradient(loss, output, audio, batch->window, gradient);
    else
        result[1] = loss_mse(output, audio, batch->window);
    if (batch->spectral[thread])
        result[0] += loss->spectral * spectral_loss(batch->spectral[thread], output, audio,
                                                    loss->spectral, gradient);
}

// ---- Gradient ----

static void gradient_of_window(void *data, int share_item, int thread)
{
    const Job *job = data;
    const int item = job->from + share_item;
    Batch *batch = job->batch;
    Workspace *workspace = batch->workspace[thread];
    forward(job, item, thread, network_output_gradient(workspace));
    network_backward(workspace, job->parameters,
                     batch->gradient + (size_t)item * batch->parameters);
}

double batch_gradient(Batch *batch, const float *parameters, const Window *windows,
                      const float *gain, int n, float *gradient)
{
    Job job = {.batch = batch, .parameters = parameters, .windows = windows, .gain = gain, .n = n};
    run_windows(&job, gradient_of_window);
    ranks_gather(batch->gradient, batch->parameters * sizeof(float), n);
    ranks_gather(batch->result, LOSSES * sizeof(double), n);
    gradient_sum(batch->pool, batch->gradient, (size_t)n, batch->parameters, 1.0f / (float)n,
                 gradient);
    double loss = 0.0;
    for (int i = 0; i < n; i++) loss += batch->result[(size_t)i * LOSSES];
    return loss / n;
}

// ---- Loss ----

static void loss_of_window(void *data, int item, int thread)
{
    const Job *job = data;
    forward(job, job->from + item, thread, NULL);
}

// The next at most `size` windows of a list, as a job.
static Job next_job(Batch *batch, const float *parameters, const WindowList *windows, size_t at)
{
    const size_t left = windows->count - at, size = (size_t)batch->size;
    return (Job){
        .batch = batch,
        .parameters = parameters,
        .windows = windows->window + at,
        .n = (int)(left < size ? left : size),
    };
}

double batch_loss(Batch *batch, const float *parameters, const WindowList *windows, double *mse)
{
    double sum[LOSSES] = {0.0};
    Progress progress;
    progress_begin(&progress, stderr, "losses, window", windows->count, windows->count);
    for (size_t at = 0; at < windows->count; at += (size_t)batch->size) {
        Job job = next_job(batch, parameters, windows, at);
        run_windows(&job, loss_of_window);
        ranks_gather(batch->result, LOSSES * sizeof(double), job.n);
        for (int i = 0; i < job.n; i++)
            for (int k = 0; k < LOSSES; k++)
                sum[k] += batch->result[(size_t)i * LOSSES + (size_t)k];
        progress_reach(&progress, at + (size_t)job.n);
    }
    progress_end(&progress);
    *mse = sum[1] / (double)windows->count;
    return sum[0] / (double)windows->count;
}

// ---- Statistics ----

// Leaves, for the window, each latent channel's sum and sum of squares, and the audio's sum of
// squares.
static void statistics_of_window(void *data, int share_item, int thread)
{
    const Job *job = data;
    const int item = job->from + share_item;
    Batch *batch = job->batch;
    const size_t channels = (size_t)arch_latent_channels(&batch->arch);
    const float *audio = read_window(job, item, thread);
    network_encode(batch->workspace[thread], job->parameters, audio);
    size_t frames;
    const float *latent = network_latent(batch->workspace[thread], &frames);

    double *const sum = batch->result + (size_t)item * (2 * channels + 1);
    double *const squares = sum + channels;
    memset(sum, 0, (2 * channels + 1) * sizeof(double));
    for (size_t t = 0; t < frames; t++) {
        for (size_t c = 0; c < channels; c++) {
            const double value = latent[t * channels + c];
            sum[c] += value;
            squares[c] += value * value;
        }
    }
    for (size_t i = 0; i < batch->window; i++)
        sum[2 * channels] += (double)audio[i] * (double)audio[i];
}

void batch_statistics(Batch *batch, const float *parameters, const WindowList *windows,
                      float *latent_mean, float *latent_std, double *level)
{
    const size_t channels = (size_t)arch_latent_channels(&batch->arch);
    double total[2 * ARCH_CHANNELS_MAX + 1] = {0};
    Progress progress;
    progress_begin(&progress, stderr, "statistics, window", windows->count, windows->count);
    for (size_t at = 0; at < windows->count; at += (size_t)batch->size) {
        Job job = next_job(batch, parameters, windows, at);
        run_windows(&job, statistics_of_window);
        ranks_gather(batch->result, (2 * channels + 1) * sizeof(double), job.n);
        for (int i = 0; i < job.n; i++)
            for (size_t c = 0; c < 2 * channels + 1; c++)
                total[c] += batch->result[(size_t)i * (2 * channels + 1) + c];
        progress_reach(&progress, at + (size_t)job.n);
    }
    progress_end(&progress);
    const double count = (double)windows->count;
    const double frames = count * (double)arch_latent_frames(&batch->arch, batch->window);
    for (size_t c = 0; c < channels; c++) {
        const double mean = total[c] / frames;
        const double variance = total[channels + c] / frames - mean * mean;
        latent_mean[c] = (float)mean;
        latent_std[c] = (float)sqrt(variance > 0.0 ? variance : 0.0);
    }
    *level = 10.0 * log10(total[2 * channels] / (count * (double)batch->window));
}
