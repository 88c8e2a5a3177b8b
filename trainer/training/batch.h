// batch.h: a network over many windows at once, on all threads of a pool and on all processes (see
// ranks.h). Windows are independent items and their gradients are added in the order of the
// windows, so results do not depend on the number of either.
#ifndef TRASLUZ_BATCH_H
#define TRASLUZ_BATCH_H

#include "base/pool.h"
#include "data/dataset.h"
#include "model/arch.h"
#include "network/loss.h"

typedef struct Batch Batch;

// For batches of at most `size` windows of `window` samples. Allocates; NULL where memory is short.
// The data set and the pool must outlive it.
Batch *batch_new(const Arch *arch, size_t window, int size, const Loss *loss,
                 const Dataset *dataset, Pool *pool);
void batch_free(Batch *batch);

// Mean over windows[0, n), n <= size, of the loss, each window's audio taken times gain[i]; writes
// its gradient to gradient[parameters]. The loss is loss_value() and, where loss->spectral is not
// 0, so many times spectral_loss().
double batch_gradient(Batch *batch, const float *parameters, const Window *windows,
                      const float *gain, int n, float *gradient);

// The two below tell on standard error how far they are, as progress.h does.

// Mean of the loss over any number of windows, and of the mean squared error alone.
double batch_loss(Batch *batch, const float *parameters, const WindowList *windows, double *mse);

// Mean and standard deviation of each latent channel over all frames of the windows, and the level
// of their audio: RMS in dB relative to full scale.
void batch_statistics(Batch *batch, const float *parameters, const WindowList *windows,
                      float *latent_mean, float *latent_std, double *level);

#endif
