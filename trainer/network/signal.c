#include "network/signal.h"

#include "math/kernels.h"
#include "products/passes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Allocates room for `margin` values, `values` of which the first is aligned, and `margin` more.
// All are 0. NULL when memory is short.
static float *new_memory(size_t margin, size_t values, float **first)
{
    const size_t line = SIGNAL_ALIGNMENT / sizeof(float);
    const size_t lead = (margin + line - 1) / line * line;
    const size_t all = (lead + values + margin + line - 1) / line * line;
    float *memory = aligned_alloc(SIGNAL_ALIGNMENT, all * sizeof(float));
    if (!memory) return NULL;
    memset(memory, 0, all * sizeof(float));
    *first = memory + lead;
    return memory;
}

bool signal_init(Signal *signal, size_t frames, size_t channels, size_t margin,
                 bool keeps_preactivation)
{
    const size_t values = frames * channels;
    *signal = (Signal){.frames = frames, .channels = channels, .margin = margin};
    signal->memory = new_memory(margin * channels, values, &signal->values);
    signal->dmemory = new_memory(margin * channels, values, &signal->gradient);
    if (keeps_preactivation) signal->preactivation = malloc(values * sizeof(float));
    return signal->memory && signal->dmemory && (!keeps_preactivation || signal->preactivation);
}

void signal_free(Signal *signal)
{
    free(signal->memory);
    free(signal->dmemory);
    free(signal->preactivation);
}

static void clear_margins(const Signal *signal, float *first)
{
    const size_t margin = signal->margin * signal->channels;
    memset(first - margin, 0, margin * sizeof(float));
    memset(first + signal->frames * signal->channels, 0, margin * sizeof(float));
}

void signal_clear_margins(Signal *signal)
{
    clear_margins(signal, signal->values);
}

void signal_clear_gradient_margins(Signal *signal)
{
    clear_margins(signal, signal->gradient);
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
    default: multiply_slopes(n, LEAKY_RELU_SLOPE, values, gradient); break;
    }
}

void bias_backward(const Signal *signal, float *dbias)
{
    memset(dbias, 0, signal->channels * sizeof(float));
    add_columns(signal->frames, signal->channels, signal->gradient, dbias);
}
