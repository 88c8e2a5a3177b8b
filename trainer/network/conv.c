#include "network/conv.h"

#include "products/gemm.h"

#include <string.h>

// Taps from tap `at` on that one product reads: all of them, unless the kernel is dilated.
static size_t read_taps(const ConvShape *shape, size_t at)
{
    return shape->dilation > 1 ? 1 : shape->kernel - at;
}

// ---- Overlapping results ----

// y [(frames - 1) * stride + reach][width] from x [frames][depth]: the sum of x W_t at frame
// f * stride + t * dilation, with value (i, o) of W_t at weight[t * tap + i * row + o * column] and
// tap = width * column.
typedef struct {
    size_t kernel, stride, dilation;
    size_t depth, width;
    const float *weight;
    size_t row, column;
} Spread;

// Rows [from, to) of y, a row being `stride` frames. Row r is made of the frames of x from
// r - reach + 1 to r. Of the row `from`, those that exist are [first, last]; the rows after it are
// made of as many, each a frame later.
static void add_rows(const Spread *spread, size_t reach, size_t from, size_t to, size_t first,
                     size_t last, const float *x, const GemmResult *y)
{
    const size_t row = spread->stride * spread->width, tap = spread->width * spread->column;
    const size_t newest = from - first; // strides from x's oldest frame to the row
    const GemmMatrix weight = {
        .values = spread->weight + newest * spread->stride * tap,
        .row = spread->row,
        .column = spread->column,
        .group = reach > 1 ? spread->depth : 0,
        .group_step = -(ptrdiff_t)(spread->stride * tap),
    };
    GemmResult rows = *y;
    rows.c += from * row;
    gemm_multiply(to - from, row, (last - first + 1) * spread->depth, x + first * spread->depth,
                  spread->depth, &weight, &rows);
}

// Adds the taps [at, at + taps), whose rows of y do not overlap.
static void add_taps(const Spread *spread, size_t at, size_t taps, size_t frames, const float *x,
                     float *y)
{
    const size_t tap = spread->width * spread->column;
    const GemmMatrix weight = {
        .values = spread->weight + at * tap, .row = spread->row, .column = spread->column};
    const GemmResult rows = {.c = y + at * spread->dilation * spread->width,
                             .ldc = spread->stride * spread->width};
    gemm_multiply(frames, taps * spread->width, spread->depth, x, spread->depth, &weight, &rows);
}

// Writes bias[width], or 0, to n frames.
static void fill(float *y, size_t n, const float *bias, size_t width)
{
    if (bias)
        bias_forward(y, n, bias, width);
    else
        memset(y, 0, n * width * sizeof(float));
}

// y = bias[width], or 0 where that is NULL, + the spread x; `accumulate` adds that to y instead.
static void spread_frames(const Spread *spread, size_t frames, const float *x, const float *bias,
                          bool accumulate, float *y)
{
    const size_t stride = spread->stride, kernel = spread->kernel, width = spread->width;
    const size_t reach = kernel / stride, rest = kernel % stride;
    if (spread->dilation > 1 || reach == 0 || kernel * width <= GEMM_OVERLAP) {
        if (!accumulate)
            fill(y, (frames - 1) * stride + (kernel - 1) * spread->dilation + 1, bias, width);
        if (spread->dilation > 1)
            for (size_t at = 0; at < kernel; at++) add_taps(spread, at, 1, frames, x, y);
        else
            add_taps(spread, 0, kernel, frames, x, y);
        return;
    }
    const GemmResult rows = {y, stride * width, !accumulate, bias, width};
    const size_t n = frames + reach - 1;
    for (size_t from = 0, to; from < n; from = to) {
        to = from >= reach - 1 && from < frames ? frames : from + 1;
        const size_t first = from >= reach - 1 ? from - (reach - 1) : 0;
        add_rows(spread, reach, from, to, first, from < frames ? from : frames - 1, x, &rows);
    }
    if (rest == 0) return;
    if (!accumulate) fill(y + n * stride * width, rest, bias, width);
    add_taps(spread, reach * stride, rest, frames, x, y);
}

// ---- Conv1d ----

void conv_forward(const ConvShape *shape, size_t frames, const float *x, const float *weight,
                  const float *bias, float *y)
{
    const size_t in = shape->in, out = shape->out;
    for (size_t at = 0, taps; at < shape->kernel; at += taps) {
        taps = read_taps(shape, at);
        const GemmMatrix matrix = {.values = weight + at * in * out, .row = out, .column = 1};
        const GemmResult result = {y, out, bias && at == 0, bias, out};
        gemm_multiply(frames, out, taps * in, x + at * shape->dilation * in, shape->stride * in,
                      &matrix, &result);
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
                         const float *weight, bool accumulate, float *dx)
{
    const Spread spread = {
        .kernel = shape->kernel,
        .stride = shape->stride,
        .dilation = shape->dilation,
        .depth = shape->out,
        .width = shape->in,
        .weight = weight,
        .row = 1,
        .column = shape->out,
    };
    spread_frames(&spread, frames, dy, NULL, accumulate, dx);
}

// ---- ConvTranspose1d ----

void conv_transposed_forward(const ConvShape *shape, size_t frames, const float *x,
                             const float *weight, const float *bias, float *y)
{
    const Spread spread = {
        .kernel = shape->kernel,
        .stride = shape->stride,
        .dilation = 1,
        .depth = shape->in,
        .width = shape->out,
        .weight = weight,
        .row = shape->kernel * shape->out,
        .column = 1,
    };
    spread_frames(&spread, frames, x, bias, !bias, y);
}

void conv_transposed_backward_weight(const ConvShape *shape, size_t frames, const float *x,
                                     const float *dy, float *dweight)
{
    const size_t in = shape->in, out = shape->out;
    gemm_tn(in, shape->kernel * out, frames, x, in, dy, shape->stride * out, false, dweight,
            shape->kernel * out);
}

void conv_transposed_backward_input(const ConvShape *shape, size_t frames, const float *dy,
                                    const float *weight, bool accumulate, float *dx)
{
    const size_t in = shape->in, row = shape->kernel * shape->out;
    const GemmMatrix matrix = {.values = weight, .row = 1, .column = row};
    const GemmResult result = {.c = dx, .ldc = in, .fresh = !accumulate};
    gemm_multiply(frames, in, row, dy, shape->stride * shape->out, &matrix, &result);
}

// ---- Bias ----

void bias_forward(float *rows, size_t n, const float *bias, size_t width)
{
    for (size_t i = 0; i < n; i++) memcpy(rows + i * width, bias, width * sizeof(float));
}
