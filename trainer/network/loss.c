#include "network/loss.h"

#include <math.h>

// Smallest mean square that the relative loss divides by, -60 dB: silent windows must not
// dominate a training.
#define SILENCE 1e-6

const char *const loss_names[] = {"mse", "relative", NULL};

double loss_mse(const float *output, const float *audio, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double difference = (double)output[i] - (double)audio[i];
        sum += difference * difference;
    }
    return sum / (double)n;
}

static double audible_power(const float *audio, size_t n)
{
    double power = 0.0;
    for (size_t i = 0; i < n; i++) power += (double)audio[i] * (double)audio[i];
    return fmax(power / (double)n, SILENCE);
}

double loss_value(const Loss *loss, const float *output, const float *audio, size_t n)
{
    const double mse = loss_mse(output, audio, n);
    if (loss->kind == LOSS_MSE) return mse;
    return mse / audible_power(audio, n);
}

// The derivative of the loss by the mean squared error.
static double slope(const Loss *loss, const float *audio, size_t n)
{
    if (loss->kind == LOSS_MSE) return 1.0;
    return 1.0 / audible_power(audio, n);
}

void loss_gradient(const Loss *loss, const float *output, const float *audio, size_t n,
                   float *gradient)
{
    const float scale = (float)(2.0 * slope(loss, audio, n) / (double)n);
    for (size_t i = 0; i < n; i++) gradient[i] = scale * (output[i] - audio[i]);
}

double level_loss(const float *output, const float *target, const bool *silent, size_t frames,
                  size_t bands, float *gradient)
{
    const float scale = 2.0f / (float)(frames * bands);
    double sum = 0.0;
    for (size_t t = 0; t < frames; t++)
        for (size_t i = t * bands; i < (t + 1) * bands; i++) {
            const float difference = silent[t] ? 0.0f : output[i] - target[i];
            sum += (double)difference * (double)difference;
            if (gradient) gradient[i] = scale * difference;
        }
    return sum / (double)(frames * bands);
}
