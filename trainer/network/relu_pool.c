#include "network/relu_pool.h"

void relu_pool_forward(const ReluPool *shape, const float *xhat, const float *scale,
                       const float *shift, float *y, unsigned char *argmax)
{
    const size_t channels = shape->channels;
    for (size_t p = 0; p < shape->frames; p++) {
        const float *x = xhat + p * shape->pool * channels;
        float *largest = y + p * channels;
        unsigned char *at = argmax + p * channels;
        for (size_t c = 0; c < channels; c++) {
            largest[c] = 0.0f;
            at[c] = 0;
        }
        for (unsigned char i = 0; i < shape->pool; i++)
            for (size_t c = 0; c < channels; c++) {
                const float z = scale[c] * x[i * channels + c] + shift[c];
                at[c] = z > largest[c] ? i : at[c];
                largest[c] = z > largest[c] ? z : largest[c];
            }
    }
}

// The value that was the largest of its pool, in an array [frames * pool][channels].
static size_t largest_at(const ReluPool *shape, const unsigned char *argmax, size_t p, size_t c)
{
    return (p * shape->pool + argmax[p * shape->channels + c]) * shape->channels + c;
}

void relu_pool_backward_sums(const ReluPool *shape, const float *xhat, const float *y,
                             const unsigned char *argmax, const float *dy, double *sum_dy,
                             double *sum_dy_xhat)
{
    for (size_t p = 0; p < shape->frames; p++)
        for (size_t c = 0; c < shape->channels; c++) {
            const size_t i = p * shape->channels + c;
            if (y[i] <= 0.0f) continue;
            const double gradient = (double)dy[i];
            sum_dy[c] += gradient;
            sum_dy_xhat[c] += gradient * (double)xhat[largest_at(shape, argmax, p, c)];
        }
}

void relu_pool_backward(const ReluPool *shape, const float *scale, const float *inv_std,
                        const float *y, const unsigned char *argmax, const float *dy, float *dx)
{
    for (size_t p = 0; p < shape->frames; p++)
        for (size_t c = 0; c < shape->channels; c++) {
            const size_t i = p * shape->channels + c;
            if (y[i] > 0.0f) dx[largest_at(shape, argmax, p, c)] += inv_std[c] * scale[c] * dy[i];
        }
}
