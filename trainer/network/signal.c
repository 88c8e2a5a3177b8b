#include "network/signal.h"

#include "math/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool signal_init(Signal *signal, size_t frames, size_t channels, size_t margin,
                 bool keeps_preactivation)
{
    const size_t values = (frames + 2 * margin) * channels;
    *signal = (Signal){.frames = frames, .channels = channels, .margin = margin};
    signal->memory = calloc(values, sizeof(float));
    signal->dmemory = calloc(values, sizeof(float));
    if (keeps_preactivation) signal->preactivation = malloc(frames * channels * sizeof(float));
    if (!signal->memory || !signal->dmemory || (keeps_preactivation && !signal->preactivation))
        return false;
    signal->values = signal->memory + margin * channels;
    signal->gradient = signal->dmemory + margin * channels;
    return true;
}

void signal_free(Signal *signal)
{
    free(signal->memory);
    free(signal->dmemory);
    free(signal->preactivation);
}

static void clear_margins(const Signal *signal, float *memory)
{
    const size_t margin = signal->margin * signal->channels * sizeof(float);
    memset(memory, 0, margin);
    memset(memory + (signal->margin + signal->frames) * signal->channels, 0, margin);
}

void signal_clear_margins(Signal *signal)
{
    clear_margins(signal, signal->memory);
}

void signal_clear_gradient_margins(Signal *signal)
{
    clear_margins(signal, signal->dmemory);
}

void signal_clear_gradient(Signal *signal)
{
    memset(signal->dmemory, 0,
           (signal->frames + 2 * signal->margin) * signal->channels * sizeof(float));
}

void activation_forward(Signal *signal, Activation activation)
{
    const size_t n = signal->frames * signal->channels;
    if (signal->preactivation) memcpy(signal->preactivation, signal->values, n * sizeof(float));
    kernel_activate(signal->values, signal->values, n, activation);
}

void activation_backward(Signal *signal, Activation activation)
{
    const size_t n = signal->frames * signal->channels;
    float *const gradient = signal->gradient;
    const float *const values = signal->values;
    switch (activation) {
    case ACTIVATION_SILU:
        for (size_t i = 0; i < n; i++) {
            const float x = signal->preactivation[i], sigmoid = 1.0f / (1.0f + expf(-x));
            gradient[i] *= sigmoid * (1.0f + x * (1.0f - sigmoid));
        }
        break;
    case ACTIVATION_TANH:
        for (size_t i = 0; i < n; i++) gradient[i] *= 1.0f - values[i] * values[i];
        break;
    case ACTIVATION_LEAKY_RELU: // keeps the sign, so the output has the input's
    default:
        for (size_t i = 0; i < n; i++) gradient[i] *= values[i] > 0.0f ? 1.0f : LEAKY_RELU_SLOPE;
        break;
    }
}
