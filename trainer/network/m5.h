// m5.h: the classifier M5 (see m5_weights.h) forward and backward over a batch of latents, as
// matrix products (OpenBLAS) on all threads of a pool.
//
// Batch normalisation binds the clips of a batch together: each block runs over all of them before
// the next begins. The batch is cut into a fixed number of lanes; each adds up its own clips, and
// the lanes are added in order, so results do not depend on the number of threads.
#ifndef TRASLUZ_M5_H
#define TRASLUZ_M5_H

#include "base/pool.h"
#include "network/m5_weights.h"

typedef struct M5 M5;

// For batches of at most `size` latents of `frames` frames. Allocates; the pool must outlive it.
M5 *m5_new(const M5Shape *shape, size_t frames, size_t size, Pool *pool, Error *error);
void m5_free(M5 *m5); // NULL is allowed

// A training pass over input[n][channels][frames], n > 0: normalises by the batch, moves the
// running statistics a tenth of the way to it, and writes the gradient of the mean cross entropy to
// gradient[weights->count]. Returns that mean; adds to *correct how many classes were right.
double m5_gradient(M5 *m5, M5Weights *weights, const float *const *input, const int *class,
                   size_t n, float *gradient, size_t *correct);

// The logarithms of each class's probability, log_probability[n][classes], normalised by the
// running statistics.
void m5_classify(M5 *m5, const M5Weights *weights, const float *const *input, size_t n,
                 float *log_probability);

// The class with the largest value; of equal ones the first.
size_t m5_likeliest(const float *log_probability, size_t classes);

#endif
