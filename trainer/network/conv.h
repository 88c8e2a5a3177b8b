// conv.h: strided, dilated and transposed one-dimensional convolutions, forward and backward, as
// matrix products. The autoencoder and M5 are built of them. Any thread; allocates nothing.
//
// Signals are stored frame by frame with the channels innermost. The input of an output frame,
// `kernel` frames from t * stride on, is then contiguous: a product reads it in place, with a row
// distance of stride * channels. Where rows of the result would overlap (a transposed convolution,
// the gradient of an input), `stride` frames of it are one row, made of as many input frames as
// reach it. A dilated kernel is a product for each tap.
//
// Padding is the caller's: the signal has zeros (or room) around it, and the pointer is `padding`
// frames before its first frame.
#ifndef TRASLUZ_CONV_H
#define TRASLUZ_CONV_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t in, out; // channels
    size_t kernel, stride;
    size_t dilation; // frames between taps; above 1 only with stride 1 and not transposed
} ConvShape;

// Weights, and what the functions below packed of them; NULL: each product packs them again.
typedef struct {
    const float *values;
    const float *packed_forward, *packed_input;
} ConvWeights;

// ---- Conv1d: x [(frames - 1) * stride + reach][in], weight [kernel][in][out], y [frames][out]

// Pack the weights for the forward direction, or the gradient of the input. They return how many
// values that takes; where `packed` is NULL, they only count.
size_t conv_pack_forward(const ConvShape *shape, const float *weight, float *packed);
size_t conv_pack_input(const ConvShape *shape, const float *weight, float *packed);

// y = bias[out] + conv(x); NULL adds to y instead.
void conv_forward(const ConvShape *shape, size_t frames, const float *x, const ConvWeights *weights,
                  const float *bias, float *y);

// dweight = x^T dy, with dy [frames][out]; `accumulate` adds it instead.
void conv_backward_weight(const ConvShape *shape, size_t frames, const float *x, const float *dy,
                          bool accumulate, float *dweight);

// dx [(frames - 1) * stride + reach][in] = dy weight^T; `accumulate` adds it instead.
void conv_backward_input(const ConvShape *shape, size_t frames, const float *dy,
                         const ConvWeights *weights, bool accumulate, float *dx);

// ---- ConvTranspose1d: x [frames][in], weight [in][kernel][out], y [(frames - 1) * stride +
// kernel][out] ----

// As those of conv.
size_t conv_transposed_pack_forward(const ConvShape *shape, const float *weight, float *packed);
size_t conv_transposed_pack_input(const ConvShape *shape, const float *weight, float *packed);

// y = bias[out] + conv_transposed(x); NULL adds to y instead.
void conv_transposed_forward(const ConvShape *shape, size_t frames, const float *x,
                             const ConvWeights *weights, const float *bias, float *y);

// dweight = x^T dy
void conv_transposed_backward_weight(const ConvShape *shape, size_t frames, const float *x,
                                     const float *dy, float *dweight);

// dx = dy weight^T; `accumulate` adds it instead.
void conv_transposed_backward_input(const ConvShape *shape, size_t frames, const float *dy,
                                    const ConvWeights *weights, bool accumulate, float *dx);

// ---- Bias ----

// Writes bias[width] to each of rows[n][width].
void bias_forward(float *rows, size_t n, const float *bias, size_t width);

#endif
