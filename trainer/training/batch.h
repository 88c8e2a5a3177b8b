// batch.h: a network over many windows at once, on all threads of a pool and on all processes (see
// ranks.h). Windows are independent items and their gradients are added in the order of the
// windows, so results do not depend on the number of either. For the main thread.
#ifndef TRASLUZ_BATCH_H
#define TRASLUZ_BATCH_H

#include "analysis/level_pca.h"
#include "base/pool.h"
#include "training/training_options.h"

typedef struct Batch Batch;

// Makes a batch of at most options->batch windows. band_mean[bands] and cache belong to the
// spectrum; NULL for samples. Allocates; NULL when memory is short. All arguments must outlive it.
Batch *batch_new(const TrainingOptions *options, const float *band_mean, const LevelCache *cache,
                 const Dataset *dataset, Pool *pool);
void batch_free(Batch *batch); // NULL is allowed

// Returns the mean loss over the n <= options->batch windows of an epoch's list from `first` on,
// each with its random gain, corruption and noise in the latent; writes the gradient to
// gradient[parameters]. The loss of samples is loss_value() and, unless its weight is 0,
// spectral_loss(); that of a spectrum is level_loss().
double batch_gradient(Batch *batch, const float *parameters, const WindowList *windows,
                      size_t first, int n, uint32_t epoch, float *gradient);

// The two below print their progress on standard error, see progress.h.

// Returns the mean loss over any number of windows, and the mean squared error alone. They have the
// corruption of the training, the same at each call, so that the best weights are those that undo
// it best; but no random gain, and no noise in the latent.
double batch_loss(Batch *batch, const float *parameters, const WindowList *windows, double *mse);

// Returns the mean loss that the principal axes of a spectrum leave, see level_pca.h.
double batch_axes_loss(Batch *batch, const LevelPca *levels, const WindowList *windows);

#endif
