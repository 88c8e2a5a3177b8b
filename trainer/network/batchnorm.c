#include "network/batchnorm.h"

#include <math.h>

// As in PyTorch.
#define EPSILON  1e-5
#define MOMENTUM 0.1f

void batchnorm_add(const float *x, size_t frames, size_t channels, double *sum, double *square)
{
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < channels; c++) {
            const double value = (double)x[t * channels + c];
            sum[c] += value;
            square[c] += value * value;
        }
}

static float inverse_std(double variance)
{
    return (float)(1.0 / sqrt(variance + EPSILON));
}

void batchnorm_update(BatchNorm *norm, size_t c, double sum, double square, double count,
                      float *running_mean, float *running_variance)
{
    const double mean = sum / count;
    const double variance = fmax(0.0, square / count - mean * mean);
    const double unbiased = count > 1.0 ? variance * count / (count - 1.0) : variance;
    norm->mean[c] = (float)mean;
    norm->inv_std[c] = inverse_std(variance);
    *running_mean += MOMENTUM * ((float)mean - *running_mean);
    *running_variance += MOMENTUM * ((float)unbiased - *running_variance);
}

void batchnorm_use_running(BatchNorm *norm, const float *running_mean,
                           const float *running_variance)
{
    for (size_t c = 0; c < norm->channels; c++) {
        norm->mean[c] = running_mean[c];
        norm->inv_std[c] = inverse_std((double)running_variance[c]);
    }
}

void batchnorm_forward(const BatchNorm *norm, size_t frames, float *x)
{
    const size_t channels = norm->channels;
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < channels; c++)
            x[t * channels + c] = (x[t * channels + c] - norm->mean[c]) * norm->inv_std[c];
}

void batchnorm_backward(const BatchNorm *norm, size_t frames, float *xhat)
{
    const size_t channels = norm->channels;
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < channels; c++)
            xhat[t * channels + c] =
                -norm->inv_std[c] *
                (norm->mean_dy[c] + norm->mean_dy_xhat[c] * xhat[t * channels + c]);
}
