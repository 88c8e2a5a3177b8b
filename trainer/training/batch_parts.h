// batch_parts.h: what batch.c shares with latent_statistics.c; see batch.h.
#ifndef TRASLUZ_BATCH_PARTS_H
#define TRASLUZ_BATCH_PARTS_H

#include "data/frame_reader.h"
#include "network/network.h"
#include "network/spectral_loss.h"
#include "training/batch.h"

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
    PackedWeights *packed; // of the network, for all threads
    Worker *worker;        // one for each thread
    float *gradient;       // [batch][parameters]
    double *result;        // of each window
};

// What the items of one pool_run() read.
typedef struct {
    Batch *batch;
    NetworkWeights weights;
    const Window *windows;
    int n;
    int from; // first window of this process
    bool training;
    const LevelPca *levels; // of batch_axes_loss()
    uint32_t epoch, first;  // of a training: place of the windows in the epoch's list
} BatchJob;

// Packs the parameters; the weights are valid until the next call.
NetworkWeights batch_weights(Batch *batch, const float *parameters);

// Reads the job's window `item`; a training's with its random gain.
WindowFrames batch_read_window(const BatchJob *job, int item, int thread);

// Takes the results that a task stored for a window of a clip.
typedef void TakeResult(void *data, uint32_t clip, const double *result);

// Runs a task that stores `results` numbers for each window, and adds them in the order of the
// windows to total[results]. `take` gets each window's results, too, in the same order; it may be
// NULL.
void batch_sum_results(BatchJob job, const WindowList *windows, PoolTask *task, size_t results,
                       const char *what, double *total, TakeResult *take, void *data);

#endif
