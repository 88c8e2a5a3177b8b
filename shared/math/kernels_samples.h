// kernels_samples.h: the bodies of the kernels that work on each value alone, of which the compiler
// makes vectors; they give the same bits at every level. kernels.c includes this for the scalar
// level, kernels_variant.h for the others. Before it is included:
//
//     LEVEL(f)   the name of function f at this level
//
// No loop has branches: all values are computed and one of each is taken.
#include "math/kernels.h"

#include "math/kernels_table.h"

#include <float.h>
#include <math.h>

static inline float leaky(float x)
{
    return x > 0.0f ? x : LEAKY_RELU_SLOPE * x;
}

static inline float finite_or_zero(float x)
{
    return fabsf(x) <= FLT_MAX ? x : 0.0f;
}

static inline float within(float x, float most)
{
    return x > most ? most : x < -most ? -most : x;
}

static void LEVEL(leaky_relu)(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = leaky(x[i]);
}

static void LEVEL(add_bias)(float *restrict y, const float *restrict x, const float *restrict bias,
                            size_t frames, size_t width)
{
    if (width == 1) { // so that the inner loop is long in both cases
        for (size_t i = 0; i < frames; i++) y[i] = x[i] + bias[0];
        return;
    }
    for (; frames > 0; frames--, y += width, x += width)
        for (size_t c = 0; c < width; c++) y[c] = x[c] + bias[c];
}

static void LEVEL(add_bias_leaky)(float *restrict y, const float *restrict x,
                                  const float *restrict bias, size_t frames, size_t width)
{
    for (; frames > 0; frames--, y += width, x += width)
        for (size_t c = 0; c < width; c++) y[c] = leaky(x[c] + bias[c]);
}

static void LEVEL(bound)(float *restrict whole, float *restrict bounded, const float *restrict x,
                         size_t n, float most)
{
    for (size_t i = 0; i < n; i++) {
        whole[i] = finite_or_zero(x[i]);
        bounded[i] = within(whole[i], most);
    }
}

static void LEVEL(mix)(const KernelMix *mix, float *restrict out, size_t n)
{
    const float *restrict dry = mix->dry, *restrict added = mix->added;
    for (size_t i = 0; i < n; i++) {
        // Nothing added to the dry signal leaves it as it is, the sign of a zero included.
        const float some = finite_or_zero(added[i]), sum = some + mix->share[i] * dry[i];
        const float wet = some == mix->nothing[i] ? dry[i] : sum;
        // At either end of a control one of the two comes out as it is, without rounding.
        const float both = (1.0f - mix->wet[i]) * dry[i] + mix->wet[i] * wet;
        const float loud = fabsf(dry[i]), most = loud > mix->most ? loud : mix->most;
        const float mixed = within(finite_or_zero(mix->gain[i] * both), most);
        const float faded = dry[i] + mix->enabled[i] * (mixed - dry[i]);
        out[i] = mix->enabled[i] == 0.0f ? dry[i] : mix->enabled[i] == 1.0f ? mixed : faded;
    }
}

// The level, when its other kernels are defined.
#define KERNEL_LEVEL                                                                               \
    {                                                                                              \
        LEVEL(multiply_add), LEVEL(filter), LEVEL(leaky_relu), LEVEL(add_bias),                    \
            LEVEL(add_bias_leaky), LEVEL(bound), LEVEL(mix)                                        \
    }
