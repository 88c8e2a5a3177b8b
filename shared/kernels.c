#include "kernels.h"

#include <math.h>

void kernel_multiply_add(float *restrict y, const float *restrict x, const float *restrict weight,
                         int rows, int columns)
{
    // Sixteen sums at a time stay in registers while the rows go by.
    for (int c = 0; c < columns; c += KERNEL_COLUMNS) {
        const float *w = weight + c;
        float sum[KERNEL_COLUMNS];
        for (int i = 0; i < KERNEL_COLUMNS; i++) sum[i] = y[c + i];
        for (int r = 0; r < rows; r++, w += columns)
            for (int i = 0; i < KERNEL_COLUMNS; i++) sum[i] += x[r] * w[i];
        for (int i = 0; i < KERNEL_COLUMNS; i++) y[c + i] = sum[i];
    }
}

float kernel_dot(const float *restrict x, const float *restrict y, int n)
{
    float sum[KERNEL_COLUMNS] = {0};
    for (int at = 0; at < n; at += KERNEL_COLUMNS)
        for (int i = 0; i < KERNEL_COLUMNS; i++) sum[i] += x[at + i] * y[at + i];
    for (int width = KERNEL_COLUMNS / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) sum[i] += sum[i + width];
    return sum[0] + 0.0f;
}

void kernel_activate(float *y, const float *x, size_t n, Activation activation)
{
    switch (activation) {
    case ACTIVATION_SILU:
        for (size_t i = 0; i < n; i++) y[i] = x[i] / (1.0f + expf(-x[i]));
        break;
    case ACTIVATION_TANH:
        for (size_t i = 0; i < n; i++) y[i] = tanhf(x[i]);
        break;
    case ACTIVATION_LEAKY_RELU:
    default:
        for (size_t i = 0; i < n; i++) y[i] = x[i] > 0.0f ? x[i] : LEAKY_RELU_SLOPE * x[i];
        break;
    }
}
