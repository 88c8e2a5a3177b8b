#include "network/conv.h"

#include "products/gemm.h"

#include <string.h>

// Returns where the next matrix is packed after one [k][n]; NULL where none is packed.
static const float *packed_after(const float *packed, size_t n, size_t k)
{
    return packed ? packed + gemm_pack(n, k, NULL, NULL) : NULL;
}

// ---- Overlapping results ----

// y [(frames - 1) * stride + reach][width] from x [frames][depth]: the sum of x W_t at frame
// f * stride + t * dilation, with value (i, o) of W_t at weight[t * tap + i * row + o * column] and
// tap = width * column.
typedef struct {
    size_t kernel, stride, dilation;
    size_t depth, width;
    const float *weight, *packed;
    size_t row, column;
} Spread;

// Returns true if `stride` frames of y are one row of a product, made of as many frames of x as
// reach them. Else each frame of x adds to the frames of y that it reaches.
static bool makes_rows(const Spread *spread)
{
    return spread->dilation == 1 && spread->kernel >= spread->stride &&
           spread->kernel * spread->width > GEMM_OVERLAP;
}

// Returns what makes a row: the taps of the newest frame that is `newest` strides before it, of the
// next one, and so on.
static GemmMatrix row_matrix(const Spread *spread, size_t newest)
{
    const size_t stride = spread->stride * spread->width * spread->column;
    return (GemmMatrix){
        .values = spread->weight + newest * stride,
        .row = spread->row,
        .column = spread->column,
        .group = spread->kernel / spread->stride > 1 ? spread->depth : 0,
        .group_step = -(ptrdiff_t)stride,
    };
}

static GemmMatrix tap_matrix(const Spread *spread, size_t at)
{
    return (GemmMatrix){
        .values = spread->weight + at * spread->width * spread->column,
        .row = spread->row,
        .column = spread->column,
    };
}

static size_t pack_spread(const Spread *spread, float *packed)
{
    const size_t depth = spread->depth, width = spread->width;
    const size_t reach = spread->kernel / spread->stride;
    size_t count = 0, at = 0, taps = spread->dilation > 1 ? 1 : spread->kernel;
    if (makes_rows(spread)) {
        const GemmMatrix matrix = row_matrix(spread, reach - 1);
        count = gemm_pack(spread->stride * width, reach * depth, &matrix, packed);
        at = reach * spread->stride;
        taps = spread->kernel - at;
    }
    for (; at < spread->kernel; at += taps) {
        const GemmMatrix matrix = tap_matrix(spread, at);
        count += gemm_pack(taps * width, depth, &matrix, packed ? packed + count : NULL);
    }
    return count;
}

// Adds to rows [from, to) of y, a row being `stride` frames. Row r is made of the frames of x from
// r - reach + 1 to r. Of the row `from`, those that exist are [first, last]; the rows after it are
// made of as many, each a frame later.
static void add_rows(const Spread *spread, size_t reach, size_t from, size_t to, size_t first,
                     size_t last, const float *x, const GemmResult *y)
{
    const size_t row = spread->stride * spread->width;
    const size_t newest = from - first; // strides from x's oldest frame to the row
    GemmMatrix weight = row_matrix(spread, newest);
    const bool whole = last - first + 1 == reach;
    if (whole || reach * spread->depth <= GEMM_TERMS) weight.packed = spread->packed;
    if (!whole && weight.packed) {
        weight.packed_rows = reach * spread->depth;
        weight.packed_from = (reach - 1 - newest) * spread->depth;
    }
    GemmResult rows = *y;
    rows.c += from * row;
    gemm_multiply(to - from, row, (last - first + 1) * spread->depth, x + first * spread->depth,
                  spread->depth, &weight, &rows);
}

// Adds the taps [at, at + taps), whose rows of y do not overlap, or are short.
static void add_taps(const Spread *spread, const float *packed, size_t at, size_t taps,
                     size_t frames, const float *x, float *y)
{
    GemmMatrix weight = tap_matrix(spread, at);
    weight.packed = packed;
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

// Does what spread_frames() does where makes_rows() is false.
static void spread_taps(const Spread *spread, size_t frames, const float *x, const float *bias,
                        bool accumulate, float *y)
{
    const size_t kernel = spread->kernel, width = spread->width;
    if (!accumulate)
        fill(y, (frames - 1) * spread->stride + (kernel - 1) * spread->dilation + 1, bias, width);
    const size_t taps = spread->dilation > 1 ? 1 : kernel;
    const float *packed = spread->packed;
    for (size_t at = 0; at < kernel; at += taps) {
        add_taps(spread, packed, at, taps, frames, x, y);
        packed = packed_after(packed, taps * width, spread->depth);
    }
}

// Writes y = bias[width], or 0 where that is NULL, + the spread x; `accumulate` adds the spread x
// to y instead.
static void spread_frames(const Spread *spread, size_t frames, const float *x, const float *bias,
                          bool accumulate, float *y)
{
    if (!makes_rows(spread)) {
        spread_taps(spread, frames, x, bias, accumulate, y);
        return;
    }
    const size_t stride = spread->stride, width = spread->width;
    const size_t reach = spread->kernel / stride, rest = spread->kernel % stride;
    const GemmResult rows = {y, stride * width, !accumulate, bias, width};
    const size_t n = frames + reach - 1;
    for (size_t from = 0, to; from < n; from = to) {
        to = from >= reach - 1 && from < frames ? frames : from + 1;
        const size_t first = from >= reach - 1 ? from - (reach - 1) : 0;
        add_rows(spread, reach, from, to, first, from < frames ? from : frames - 1, x, &rows);
    }
    if (rest == 0) return;
    if (!accumulate) fill(y + n * stride * width, rest, bias, width);
    add_taps(spread, packed_after(spread->packed, stride * width, reach * spread->depth),
             reach * stride, rest, frames, x, y);
}

// ---- Conv1d ----

// Returns the taps that one product reads: all of them, unless the kernel is dilated.
static size_t read_taps(const ConvShape *shape)
{
    return shape->dilation > 1 ? 1 : shape->kernel;
}

static GemmMatrix forward_matrix(const ConvShape *shape, const float *weight, size_t at)
{
    return (GemmMatrix){
        .values = weight + at * shape->in * shape->out, .row = shape->out, .column = 1};
}

static Spread input_spread(const ConvShape *shape, const float *weight, const float *packed)
{
    return (Spread){
        .kernel = shape->kernel,
        .stride = shape->stride,
        .dilation = shape->dilation,
        .depth = shape->out,
        .width = shape->in,
        .weight = weight,
        .packed = packed,
        .row = 1,
        .column = shape->out,
    };
}

size_t conv_pack_forward(const ConvShape *shape, const float *weight, float *packed)
{
    const size_t taps = read_taps(shape);
    size_t count = 0;
    for (size_t at = 0; at < shape->kernel; at += taps) {
        const GemmMatrix matrix = forward_matrix(shape, weight, at);
        count += gemm_pack(shape->out, taps * shape->in, &matrix, packed ? packed + count : NULL);
    }
    return count;
}

size_t conv_pack_input(const ConvShape *shape, const float *weight, float *packed)
{
    const Spread spread = input_spread(shape, weight, NULL);
    return pack_spread(&spread, packed);
}

void conv_forward(const ConvShape *shape, size_t frames, const float *x, const ConvWeights *weights,
                  const float *bias, float *y)
{
    const size_t in = shape->in, out = shape->out, taps = read_taps(shape);
    const float *packed = weights->packed_forward;
    for (size_t at = 0; at < shape->kernel; at += taps) {
        GemmMatrix matrix = forward_matrix(shape, weights->values, at);
        matrix.packed = packed;
        const GemmResult result = {y, out, bias && at == 0, bias, out};
        gemm_multiply(frames, out, taps * in, x + at * shape->dilation * in, shape->stride * in,
                      &matrix, &result);
        packed = packed_after(packed, out, taps * in);
    }
}

void conv_backward_weight(const ConvShape *shape, size_t frames, const float *x, const float *dy,
                          bool accumulate, float *dweight)
{
    const size_t in = shape->in, out = shape->out, taps = read_taps(shape);
    for (size_t at = 0; at < shape->kernel; at += taps)
        gemm_tn(taps * in, out, frames, x + at * shape->dilation * in, shape->stride * in, dy, out,
                accumulate, dweight + at * in * out, out);
}

void conv_backward_input(const ConvShape *shape, size_t frames, const float *dy,
                         const ConvWeights *weights, bool accumulate, float *dx)
{
    const Spread spread = input_spread(shape, weights->values, weights->packed_input);
    spread_frames(&spread, frames, dy, NULL, accumulate, dx);
}

// ---- ConvTranspose1d ----

static Spread transposed_spread(const ConvShape *shape, const float *weight, const float *packed)
{
    return (Spread){
        .kernel = shape->kernel,
        .stride = shape->stride,
        .dilation = 1,
        .depth = shape->in,
        .width = shape->out,
        .weight = weight,
        .packed = packed,
        .row = shape->kernel * shape->out,
        .column = 1,
    };
}

static GemmMatrix transposed_input_matrix(const ConvShape *shape, const float *weight)
{
    return (GemmMatrix){.values = weight, .row = 1, .column = shape->kernel * shape->out};
}

size_t conv_transposed_pack_forward(const ConvShape *shape, const float *weight, float *packed)
{
    const Spread spread = transposed_spread(shape, weight, NULL);
    return pack_spread(&spread, packed);
}

size_t conv_transposed_pack_input(const ConvShape *shape, const float *weight, float *packed)
{
    const GemmMatrix matrix = transposed_input_matrix(shape, weight);
    return gemm_pack(shape->in, shape->kernel * shape->out, &matrix, packed);
}

void conv_transposed_forward(const ConvShape *shape, size_t frames, const float *x,
                             const ConvWeights *weights, const float *bias, float *y)
{
    const Spread spread = transposed_spread(shape, weights->values, weights->packed_forward);
    spread_frames(&spread, frames, x, bias, !bias, y);
}

void conv_transposed_backward_weight(const ConvShape *shape, size_t frames, const float *x,
                                     const float *dy, float *dweight)
{
    const size_t in = shape->in, row = shape->kernel * shape->out;
    gemm_tn(in, row, frames, x, in, dy, shape->stride * shape->out, false, dweight, row);
}

void conv_transposed_backward_input(const ConvShape *shape, size_t frames, const float *dy,
                                    const ConvWeights *weights, bool accumulate, float *dx)
{
    const size_t in = shape->in, row = shape->kernel * shape->out;
    GemmMatrix matrix = transposed_input_matrix(shape, weights->values);
    matrix.packed = weights->packed_input;
    const GemmResult result = {.c = dx, .ldc = in, .fresh = !accumulate};
    gemm_multiply(frames, in, row, dy, shape->stride * shape->out, &matrix, &result);
}

// ---- Bias ----

void bias_forward(float *rows, size_t n, const float *bias, size_t width)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < width; c++) rows[i * width + c] = bias[c];
}
