// relu_pool.h: y = the largest of each `pool` frames of relu(scale * xhat + shift), forward and
// backward, a clip at a time. Allocates nothing; different clips may be done by different threads.
#ifndef TRASLUZ_RELU_POOL_H
#define TRASLUZ_RELU_POOL_H

#include <stddef.h>

typedef struct {
    size_t channels, pool; // pool: at most 255 frames
    size_t frames;         // of y
} ReluPool;

// xhat [frames * pool or more][channels], scale and shift [channels], y [frames][channels]. Writes
// to argmax[frames][channels] which frame of the pool was the largest, of equal ones the first.
void relu_pool_forward(const ReluPool *shape, const float *xhat, const float *scale,
                       const float *shift, float *y, unsigned char *argmax);

// Adds to sum_dy and sum_dy_xhat, [channels] each, the gradient of scale * xhat + shift, and its
// product with xhat: they are the gradients of shift and scale.
void relu_pool_backward_sums(const ReluPool *shape, const float *xhat, const float *y,
                             const unsigned char *argmax, const float *dy, double *sum_dy,
                             double *sum_dy_xhat);

// Adds inv_std * scale * dy to dx [frames * pool or more][channels] where the largest frames were.
void relu_pool_backward(const ReluPool *shape, const float *scale, const float *inv_std,
                        const float *y, const unsigned char *argmax, const float *dy, float *dx);

#endif
