// m5.h: the classifier M5 (see m5_weights.h) forward and backward over a batch of latents, on all
// threads of a pool; built of conv.h, batchnorm.h and relu_pool.h.
//
// Batch normalisation depends on all clips of a batch, so each block runs over all of them before
// the next begins. The batch is cut into a fixed number of shards; each adds up its own clips, and
// the shards are added in order, so results do not depend on the number of threads.
#ifndef TRASLUZ_M5_H
#define TRASLUZ_M5_H

#include "base/pool.h"
#include "network/m5_weights.h"

typedef struct M5 M5;

// Makes a network for batches of at most `size` latents of `frames` frames. Allocates; the pool
// must outlive it. NULL, with a message, when memory or frames are too few.
M5 *m5_new(const M5Shape *shape, size_t frames, size_t size, Pool *pool, Error *error);
void m5_free(M5 *m5); // NULL is allowed

// Runs a training pass over input[n][channels][frames], n > 0: normalises by the batch, moves the
// running statistics a tenth of the way to it, and writes the gradient of the mean cross entropy to
// gradient[weights->count]. Returns that mean; adds the number of right classes to *correct.
double m5_gradient(M5 *m5, M5Weights *weights, const float *const *input, const int *class,
                   size_t n, float *gradient, size_t *correct);

// Writes the logarithm of each class's probability to log_probability[n][classes]; normalises by
// the running statistics.
void m5_classify(M5 *m5, const M5Weights *weights, const float *const *input, size_t n,
                 float *log_probability);

// Returns the class with the largest value; of equal ones the first.
size_t m5_argmax(const float *log_probability, size_t classes);

#endif
