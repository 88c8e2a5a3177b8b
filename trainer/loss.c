#include "loss.h"

#define SILENCE 1e-6 // mean square of what counts as soft as can be

double loss_mse(const float *output, const float *audio, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double difference = (double)output[i] - (double)audio[i];
        sum += difference * difference;
    }
    return sum / (double)n;
}

// The factor of the squared error.
static double weight(const Loss *loss, const float *audio, size_t n)
{
    if (!loss->relative) return 1.0;
    double power = 0.0;
    for (size_t i = 0; i < n; i++) power += (double)audio[i] * (double)audio[i];
    power /= (double)n;
    return 1.0 / (power > SILENCE ? power : SILENCE);
}

double loss_value(const Loss *loss, const float *output, const float *audio, size_t n)
{
    return weight(loss, audio, n) * loss_mse(output, audio, n);
}

void loss_gradient(const Loss *loss, const float *output, const float *audio, size_t n,
                   float *gradient)
{
    const float scale = (float)(2.0 * weight(loss, audio, n) / (double)n);
    for (size_t i = 0; i < n; i++) gradient[i] = scale * (output[i] - audio[i]);
}
