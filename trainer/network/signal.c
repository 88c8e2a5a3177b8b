#include "network/signal.h"

#include "math/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 64,   // frames at a time: what is made of them is read again from the caches
    COLUMNS = 16, // sums that are kept in registers
};

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

void activation_forward(Signal *signal, Activation activation)
{
    const size_t n = signal->frames * signal->channels;
    if (signal->preactivation) memcpy(signal->preactivation, signal->values, n * sizeof(float));
    kernel_activate(signal->values, signal->values, n, activation);
}

// gradient *= derivative of the activation, for the values [from, to)
static void activation_backward(Signal *signal, size_t from, size_t to, Activation activation)
{
    float *const gradient = signal->gradient;
    const float *const values = signal->values;
    switch (activation) {
    case ACTIVATION_SILU:
        for (size_t i = from; i < to; i++) {
            const float x = signal->preactivation[i], sigmoid = 1.0f / (1.0f + expf(-x));
            gradient[i] *= sigmoid * (1.0f + x * (1.0f - sigmoid));
        }
        break;
    case ACTIVATION_TANH:
        for (size_t i = from; i < to; i++) gradient[i] *= 1.0f - values[i] * values[i];
        break;
    case ACTIVATION_LEAKY_RELU: // keeps the sign, so the output has the input's
    default:
        for (size_t i = from; i < to; i++)
            gradient[i] *= values[i] > 0.0f ? 1.0f : LEAKY_RELU_SLOPE;
        break;
    }
}

// sum[n] += the columns of n values of dy [frames][width]
static void add_columns(const float *dy, size_t frames, size_t width, size_t n, float *sum)
{
    float column[COLUMNS] = {0};
    memcpy(column, sum, n * sizeof(float));
    if (n == COLUMNS)
        for (size_t f = 0; f < frames; f++)
            for (size_t c = 0; c < COLUMNS; c++) column[c] += dy[f * width + c];
    else
        for (size_t f = 0; f < frames; f++)
            for (size_t c = 0; c < n; c++) column[c] += dy[f * width + c];
    memcpy(sum, column, n * sizeof(float));
}

void bias_backward(Signal *signal, bool activated, Activation activation, float *dbias)
{
    const size_t width = signal->channels;
    memset(dbias, 0, width * sizeof(float));
    for (size_t at = 0; at < signal->frames; at += BLOCK) {
        const size_t left = signal->frames - at, n = left < BLOCK ? left : BLOCK;
        if (activated) activation_backward(signal, at * width, (at + n) * width, activation);
        const float *dy = signal->gradient + at * width;
        for (size_t c = 0; c < width; c += COLUMNS)
            add_columns(dy + c, n, width, width - c < COLUMNS ? width - c : COLUMNS, dbias + c);
    }
}
