#include "training/latent_statistics.h"

#include "training/batch_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    const BatchJob *job = data;
    const int item = job->from + share_item;
    const Batch *batch = job->batch;
    Workspace *workspace = batch->worker[thread].workspace;
    const size_t channels = batch->channels;
    const size_t hop = (size_t)arch_network_hop(&batch->options->arch);
    const WindowFrames window = batch_read_window(job, item, thread);
    network_encode(workspace, &job->weights, window.values);
    if (batch->spectrum) network_decode(workspace, &job->weights);
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

// The sums of a clip while its windows come, and what the means of the clips before add to the
// covariance.
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
        const BatchJob job = {.batch = batch, .weights = batch_weights(batch, parameters)};
        Pieces pieces = {.channels = channels, .between = statistics->within};
        batch_sum_results(job, windows, window_statistics, batch->results, "statistics, window",
                          total, take_window, &pieces);
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
