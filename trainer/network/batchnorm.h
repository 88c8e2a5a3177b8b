// batchnorm.h: batch normalisation, forward and backward, a clip at a time. Ioffe and Szegedy,
// "Batch normalization", ICML 2015, algorithms 1 and 2, with PyTorch's constants; the trained
// scale and shift are applied by relu_pool.h. Allocates nothing; different clips may be done
// by different threads.
//
// With xhat = (x - mean) * inv_std, and dy the gradient of scale * xhat + shift, the gradient of
// the input is inv_std * (scale * dy - mean_dy - xhat * mean_dy_xhat).
#ifndef TRASLUZ_BATCHNORM_H
#define TRASLUZ_BATCHNORM_H

#include <stddef.h>

// Arrays of one value for each channel, owned by the caller.
typedef struct {
    size_t channels;
    float *mean, *inv_std;         // that are taken off; inv_std is 1 / standard deviation
    float *mean_dy, *mean_dy_xhat; // times scale, over the batch
} BatchNorm;

// Adds the values of x[frames][channels], and their squares, to sum[channels] and square[channels].
void batchnorm_add(const float *x, size_t frames, size_t channels, double *sum, double *square);

// Takes mean and variance from the sums over `count` values of channel c, and moves the running
// ones a tenth of the way there.
void batchnorm_update(BatchNorm *norm, size_t c, double sum, double square, double count,
                      float *running_mean, float *running_variance);

// Takes mean and variance from the running ones, [channels] each.
void batchnorm_use_running(BatchNorm *norm, const float *running_mean,
                           const float *running_variance);

// x[frames][channels] becomes xhat.
void batchnorm_forward(const BatchNorm *norm, size_t frames, float *x);

// xhat[frames][channels] becomes the gradient of x, but for its part inv_std * scale * dy,
// which relu_pool_backward() adds.
void batchnorm_backward(const BatchNorm *norm, size_t frames, float *xhat);

#endif
