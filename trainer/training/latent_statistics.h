// latent_statistics.h: the statistics of the latent over the windows of a training, on all threads
// and processes of a batch. For the main thread.
#ifndef TRASLUZ_LATENT_STATISTICS_H
#define TRASLUZ_LATENT_STATISTICS_H

#include "training/batch.h"

// Statistics of the latent over all frames of the windows; of a spectrum, over those that are not
// silent.
typedef struct {
    float *mean, *std;  // [channels]
    double *covariance; // [channels][channels]; NULL for samples
    double *within;     // the same within pieces: each clip's mean taken off; NULL for samples
    double *response;   // [channels][bands]: covariance of the latent and of the levels that are
                        // decoded from it; NULL for samples
    double level;       // RMS of the audio, dB relative to full scale
} LatentStatistics;

// Measures them, for a network with these parameters. Prints its progress on standard error.
// Allocates; the caller frees them, also on error.
bool batch_statistics(Batch *batch, const float *parameters, const WindowList *windows,
                      LatentStatistics *statistics, Error *error);
void latent_statistics_free(LatentStatistics *statistics);

#endif
