#include "engine/stage.h"

#include "math/kernels.h"

#include <string.h>

float *carve(Carver *carver, size_t values)
{
    const size_t bytes =
        (values * sizeof(float) + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
    float *array = carver->block ? (float *)(void *)(carver->block + carver->used) : NULL;
    carver->used += bytes;
    return array;
}

void stage_init(Stage *stage, const Layer *layer, bool transposed, const PackedConvolution *conv,
                bool activated, Activation kind)
{
    *stage = (Stage){
        .layer = *layer,
        .transposed = transposed,
        .conv = conv,
        .activated = activated,
        .kind = kind,
    };
}

// Finishes `count` frames of raw sums: activation, and zeros for those behind the signal's end.
static void finish(Stage *stage, float *frames, int count)
{
    const size_t out = (size_t)stage->layer.out;
    if (stage->activated) kernel_activate(frames, frames, (size_t)count * out, stage->kind);
    if (stage->limit - stage->made < (uint64_t)count) {
        const size_t left = (size_t)(stage->limit - stage->made);
        memset(frames + left * out, 0, ((size_t)count - left) * out * sizeof(float));
        stage->made = stage->limit;
    } else {
        stage->made += (uint64_t)count;
    }
}

// Adds what the convolution makes of x[count][rows], from frame to frame `x_step` apart, to
// y[count][columns], `y_step` apart.
static void multiply_add(const PackedConvolution *conv, const float *x, size_t x_step, int count,
                         float *y, size_t y_step)
{
    kernel_multiply_add(y, y_step, x, x_step, count, conv->weight, conv->rows, conv->columns);
}

// ---- Convolution ----

static int conv_output_max(const Layer *layer, int frames)
{
    return (frames + layer->padding) / layer->stride + 1;
}

static void conv_layout(Stage *stage, Carver *carver, int frames)
{
    const Layer *layer = &stage->layer;
    stage->buffer =
        carve(carver, (size_t)(layer->kernel + layer->padding + frames) * (size_t)layer->in);
    // The kernel writes whole columns, so the last frame needs room behind it.
    stage->output = carve(carver, (size_t)conv_output_max(layer, frames) * (size_t)layer->out +
                                      (size_t)stage->conv->columns);
}

static void conv_reset(Stage *stage)
{
    const Layer *layer = &stage->layer;
    stage->skip = 0;
    stage->held = layer->padding;
    memset(stage->buffer, 0, (size_t)layer->padding * (size_t)layer->in * sizeof(float));
}

// y = bias + sum over kernel and input channels.
static void conv_frames(const Stage *stage, const float *x, int count, float *y)
{
    const Layer *layer = &stage->layer;
    const size_t out = (size_t)layer->out;
    for (size_t i = 0; i < (size_t)count; i++)
        memcpy(y + i * out, stage->conv->bias, out * sizeof(float));
    multiply_add(stage->conv, x, (size_t)layer->stride * (size_t)layer->in, count, y, out);
}

static int conv_process(Stage *stage, const float *in, int count)
{
    const Layer *layer = &stage->layer;
    const size_t width = (size_t)layer->in;
    const int dropped = stage->skip < count ? stage->skip : count;
    stage->skip -= dropped;
    in += (size_t)dropped * width;
    count -= dropped;
    memcpy(stage->buffer + (size_t)stage->held * width, in, (size_t)count * width * sizeof(float));

    const int held = stage->held + count;
    const int made = held < layer->kernel ? 0 : (held - layer->kernel) / layer->stride + 1;
    conv_frames(stage, stage->buffer, made, stage->output);
    int at = made * layer->stride;
    if (at > held) { // the stride is longer than the kernel and leaps beyond what has come
        stage->skip = at - held;
        at = held;
    }
    stage->held = held - at;
    if (at > 0)
        memmove(stage->buffer, stage->buffer + (size_t)at * width,
                (size_t)stage->held * width * sizeof(float));
    finish(stage, stage->output, made);
    return made;
}

// ---- Transposed convolution ----

// Sums that reach beyond the frames that an input frame finishes.
static size_t carried(const Layer *layer)
{
    const int frames = layer->kernel - layer->stride;
    return frames > 0 ? (size_t)frames * (size_t)layer->out : 0;
}

static void transposed_layout(Stage *stage, Carver *carver, int frames)
{
    const Layer *layer = &stage->layer;
    const size_t finished = (size_t)frames * (size_t)layer->stride * (size_t)layer->out;
    stage->buffer = carve(carver, finished + carried(layer) + (size_t)stage->conv->columns);
    stage->output = carve(carver, finished);
}

static void transposed_reset(Stage *stage)
{
    stage->skip = stage->layer.padding;
    memset(stage->buffer, 0, carried(&stage->layer) * sizeof(float));
}

// y[frames][width] = sums + bias. One channel takes a loop of its own, so that both have a long one
// inside.
static void add_bias(const float *sums, const float *bias, size_t frames, size_t width, float *y)
{
    if (width == 1)
        for (size_t i = 0; i < frames; i++) y[i] = sums[i] + bias[0];
    else
        for (size_t i = 0; i < frames; i++, sums += width, y += width)
            for (size_t c = 0; c < width; c++) y[c] = sums[c] + bias[c];
}

static int transposed_process(Stage *stage, const float *in, int count)
{
    const Layer *layer = &stage->layer;
    const size_t width = (size_t)layer->out, step = (size_t)layer->stride * width;
    const size_t finished = (size_t)count * step, rest = carried(layer);
    int made = count * layer->stride;
    memset(stage->buffer + rest, 0, finished * sizeof(float));
    multiply_add(stage->conv, in, (size_t)layer->in, count, stage->buffer, step);

    const int dropped = stage->skip < made ? stage->skip : made;
    stage->skip -= dropped;
    made -= dropped;
    add_bias(stage->buffer + (size_t)dropped * width, stage->conv->bias, (size_t)made, width,
             stage->output);
    memmove(stage->buffer, stage->buffer + finished, rest * sizeof(float));
    finish(stage, stage->output, made);
    return made;
}

// ---- Residual block ----

static int past_frames(const Layer *layer)
{
    return (layer->kernel - 1) * layer->dilation;
}

static void residual_layout(Stage *stage, Carver *carver, int frames)
{
    const Layer *layer = &stage->layer;
    // Twice the past, so that it is moved to the front once in a while only.
    stage->room = 2 * past_frames(layer) + frames;
    stage->buffer = carve(carver, (size_t)stage->room * (size_t)layer->in);
    stage->output = carve(carver, (size_t)frames * (size_t)layer->out);
}

static void residual_reset(Stage *stage)
{
    const Layer *layer = &stage->layer;
    stage->held = past_frames(layer);
    memset(stage->buffer, 0, (size_t)stage->held * (size_t)layer->in * sizeof(float));
}

// y = x + mix(activation(conv(x))), with the frames before x in front of it.
static void residual_frame(const Stage *stage, const float *x, float *y)
{
    const Layer *layer = &stage->layer;
    const PackedConvolution *conv = &stage->conv[0], *mix = &stage->conv[1];
    const size_t channels = (size_t)layer->in;
    float hidden[ARCH_CHANNELS_MAX] __attribute__((aligned(KERNEL_ALIGNMENT)));
    float sum[ARCH_CHANNELS_MAX] __attribute__((aligned(KERNEL_ALIGNMENT)));

    memcpy(hidden, conv->bias, (size_t)conv->columns * sizeof(float));
    const float *tap = x - (size_t)past_frames(layer) * channels;
    if (layer->dilation == 1) { // the taps lie side by side
        multiply_add(conv, tap, 0, 1, hidden, 0);
    } else {
        const size_t step = (size_t)layer->dilation * channels;
        const size_t block = channels * (size_t)conv->columns;
        for (int k = 0; k < layer->kernel; k++, tap += step)
            kernel_multiply_add(hidden, 0, tap, 0, 1, conv->weight + (size_t)k * block, layer->in,
                                conv->columns);
    }
    kernel_activate(hidden, hidden, (size_t)layer->width, stage->kind);
    memcpy(sum, mix->bias, (size_t)mix->columns * sizeof(float));
    multiply_add(mix, hidden, 0, 1, sum, 0);
    for (size_t c = 0; c < channels; c++) y[c] = x[c] + sum[c];
}

static int residual_process(Stage *stage, const float *in, int count)
{
    const size_t channels = (size_t)stage->layer.in;
    if (stage->held + count > stage->room) {
        const int past = past_frames(&stage->layer);
        memmove(stage->buffer, stage->buffer + (size_t)(stage->held - past) * channels,
                (size_t)past * channels * sizeof(float));
        stage->held = past;
    }
    float *const x = stage->buffer + (size_t)stage->held * channels;
    memcpy(x, in, (size_t)count * channels * sizeof(float));
    for (int i = 0; i < count; i++)
        residual_frame(stage, x + (size_t)i * channels, stage->output + (size_t)i * channels);
    stage->held += count;
    finish(stage, stage->output, count);
    return count;
}

// ---- Each kind ----

int stage_output_max(const Stage *stage, int frames)
{
    if (stage->layer.kind == LAYER_RESIDUAL) return frames;
    return stage->transposed ? frames * stage->layer.stride
                             : conv_output_max(&stage->layer, frames);
}

void stage_layout(Stage *stage, Carver *carver, int frames)
{
    if (stage->layer.kind == LAYER_RESIDUAL)
        residual_layout(stage, carver, frames);
    else if (stage->transposed)
        transposed_layout(stage, carver, frames);
    else
        conv_layout(stage, carver, frames);
}

uint64_t stage_reset(Stage *stage, uint64_t frames)
{
    const Layer *layer = &stage->layer;
    if (layer->kind == LAYER_RESIDUAL)
        residual_reset(stage);
    else if (stage->transposed)
        transposed_reset(stage);
    else
        conv_reset(stage);
    stage->made = 0;
    stage->limit = frames;
    if (frames != STAGE_ENDLESS)
        stage->limit =
            stage->transposed ? conv_transposed_length(layer, frames) : conv_length(layer, frames);
    return stage->limit;
}

int stage_process(Stage *stage, const float *in, int count)
{
    if (stage->layer.kind == LAYER_RESIDUAL) return residual_process(stage, in, count);
    return stage->transposed ? transposed_process(stage, in, count)
                             : conv_process(stage, in, count);
}

void stage_copy(Stage *to, const Stage *from)
{
    const size_t values = from->layer.kind == LAYER_STRIDED && from->transposed
                              ? carried(&from->layer)
                              : (size_t)from->held * (size_t)from->layer.in;
    memcpy(to->buffer, from->buffer, values * sizeof(float));
    to->made = from->made;
    to->limit = from->limit;
    to->held = from->held;
    to->skip = from->skip;
}
