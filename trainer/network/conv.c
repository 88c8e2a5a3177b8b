#include "network/conv.h"

#include "network/gemm.h"

#include <string.h>

// Taps from tap `at` on that are read by one product: all of them, unless the kernel is dilated.
static size_t read_taps(const ConvShape *shape, size_t at)
{
    return shape->dilation > 1 ? 1 : shape->kernel - at;
}

// Taps from tap `at` on that are written by one product: `stride` at most, since rows of the result
// must not overlap, unless they are short.
static size_t written_taps(const ConvShape *shape, size_t at, size_t channels)
{
    const size_t left = shape->kernel - at;
    if (shape->dilation > 1) return 1;
    if (shape->kernel * channels <= GEMM_OVERLAP) return left;
    return left < shape->stride ? left : shape->stride;
}

// ---- Conv1d ----

void conv_forward(const ConvShape *shape, size_t frames, const float *x, const float *weight,
                  float *y)
{
    const size_t in = shape->in, out = shape->out;
    for (size_t at = 0, taps; at < shape->kernel; at += taps) {
        taps = read_taps(shape, at);
        gemm_nn(frames, out, taps * in, x + at * shape->dilation * in, shape->stride * in,
                weight + at * in * out, out, y, out);
    }
}

void conv_backward_weight(const ConvShape *shape, size_t frames, const float *x, const float *dy,
                          bool accumulate, float *dweight)
{
    const size_t in = shape->in, out = shape->out;
    for (size_t at = 0, taps; at < shape->kernel; at += taps) {
        taps = read_taps(shape, at);
        gemm_tn(taps * in, out, frames, x + at * shape->dilation * in, shape->stride * in, dy, out,
                accumulate, dweight + at * in * out, out);
    }
}

void conv_backward_input(const ConvShape *shape, size_t frames, const float *dy,
                         const float *weight, float *dx)
{
    const size_t in = shape->in, out = shape->out;
    for (size_t at = 0, taps; at < shape->kernel; at += taps) {
        taps = written_taps(shape, at, in);
        gemm_nt(frames, taps * in, out, dy, out, weight + at * in * out, out,
                dx + at * shape->dilation * in, shape->stride * in);
    }
}

// ---- ConvTranspose1d ----

void conv_transposed_forward(const ConvShape *shape, size_t frames, const float *x,
                             const float *weight, float *y)
{
    const size_t in = shape->in, out = shape->out, row = shape->kernel * out;
    for (size_t at = 0, taps; at < shape->kernel; at += taps) {
        taps = written_taps(shape, at, out);
        gemm_nn(frames, taps * out, in, x, in, weight + at * out, row, y + at * out,
                shape->stride * out);
    }
}

void conv_transposed_backward_weight(const ConvShape *shape, size_t frames, const float *x,
                                     const float *dy, float *dweight)
{
    const size_t in = shape->in, out = shape->out, row = shape->kernel * out;
    for (size_t at = 0, taps; at < shape->kernel; at += taps) {
        taps = read_taps(shape, at);
        gemm_tn(in, taps * out, frames, x, in, dy + at * out, shape->stride * out, false,
                dweight + at * out, row);
    }
}

void conv_transposed_backward_input(const ConvShape *shape, size_t frames, const float *dy,
                                    const float *weight, float *dx)
{
    const size_t in = shape->in, out = shape->out, row = shape->kernel * out;
    for (size_t at = 0, taps; at < shape->kernel; at += taps) {
        taps = read_taps(shape, at);
        gemm_nt(frames, in, taps * out, dy + at * out, shape->stride * out, weight + at * out, row,
                dx, in);
    }
}

// ---- Bias ----

void bias_forward(float *rows, size_t n, const float *bias, size_t width)
{
    for (size_t i = 0; i < n; i++) memcpy(rows + i * width, bias, width * sizeof(float));
}

void bias_backward(const float *dy, size_t n, size_t width, float *dbias)
{
    memset(dbias, 0, width * sizeof(float));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < width; c++) dbias[c] += dy[i * width + c];
}
