#include "engine/stream_layer.h"

#include "math/kernels.h"

#include <string.h>

void stream_layer_init(StreamLayer *stream, const Layer *layer, bool transposed,
                       const PackedConvolution *conv, bool activated, Activation activation)
{
    *stream = (StreamLayer){
        .layer = *layer,
        .transposed = transposed,
        .conv = conv,
        .activated = activated,
        .activation = activation,
    };
}

static float *lane_buffer(const StreamLayer *stream, int lane)
{
    return stream->buffer + (size_t)lane * stream->buffer_step;
}

static float *lane_output(const StreamLayer *stream, int lane)
{
    return stream->output + (size_t)lane * stream->output_step;
}

static const float *lane_input(const LaneFrames *in, int lane)
{
    return in->values + (size_t)lane * in->lane_step;
}

// Adds what `rows` rows of the convolution from `first` on make of the frames.
static void multiply_add(const KernelFrames *frames, const PackedConvolution *conv, int first,
                         int rows)
{
    const KernelWeights weights = {conv->weight, conv->rows, conv->columns, conv->used};
    kernel_multiply_add(frames, &weights, first, rows);
}

// Takes the lanes' buffers and outputs from the arena, of so many values a lane.
static void take_lanes(StreamLayer *stream, Arena *arena, size_t buffer, size_t output)
{
    enum { UNIT = KERNEL_ALIGNMENT / sizeof(float) }; // every lane is aligned
    stream->buffer_step = (buffer + UNIT - 1) / UNIT * UNIT;
    stream->output_step = (output + UNIT - 1) / UNIT * UNIT;
    stream->buffer = arena_floats(arena, (size_t)stream->lanes * stream->buffer_step);
    stream->output = arena_floats(arena, (size_t)stream->lanes * stream->output_step);
}

// Finishes `count` frames of each output: zeros after the signal's end.
static LaneFrames finish(StreamLayer *stream, int lanes, int count)
{
    const size_t width = (size_t)stream->layer.out;
    const uint64_t left = stream->frames_total - stream->frames_out;
    const size_t kept = left < (uint64_t)count ? (size_t)left : (size_t)count;
    stream->frames_out += kept;
    for (int lane = 0; kept < (size_t)count && lane < lanes; lane++)
        memset(lane_output(stream, lane) + kept * width, 0,
               ((size_t)count - kept) * width * sizeof(float));
    return (LaneFrames){stream->output, stream->output_step, lanes, count};
}

// ---- Convolution ----

static int conv_output_max(const Layer *layer, int frames)
{
    return (frames + layer->padding) / layer->stride + 1;
}

static void conv_layout(StreamLayer *stream, Arena *arena, int frames)
{
    const Layer *layer = &stream->layer;
    // The kernel writes whole columns, so the last frame needs room after it.
    take_lanes(stream, arena, (size_t)(layer->kernel + layer->padding + frames) * (size_t)layer->in,
               (size_t)conv_output_max(layer, frames) * (size_t)layer->out +
                   (size_t)stream->conv->columns);
}

static void conv_reset(StreamLayer *stream)
{
    const Layer *layer = &stream->layer;
    stream->skip = 0;
    stream->buffered = layer->padding;
    for (int lane = 0; lane < stream->lanes; lane++)
        memset(lane_buffer(stream, lane), 0,
               (size_t)layer->padding * (size_t)layer->in * sizeof(float));
}

// Computes y = activation(bias + sum over kernel and input channels).
static void conv_frames(const StreamLayer *stream, int lanes, int count)
{
    const Layer *layer = &stream->layer;
    const PackedConvolution *conv = stream->conv;
    const size_t out = (size_t)layer->out;
    const KernelFrames frames = {
        .y = stream->output,
        .y_step = out,
        .y_lane = stream->output_step,
        .bias = conv->bias,
        .x = stream->buffer,
        .x_step = (size_t)layer->stride * (size_t)layer->in,
        .x_lane = stream->buffer_step,
        .frames = count,
        .lanes = lanes,
    };
    multiply_add(&frames, conv, 0, conv->rows);
    for (int lane = 0; stream->activated && lane < lanes; lane++) {
        float *output = lane_output(stream, lane);
        kernel_activate(output, output, (size_t)count * out, stream->activation);
    }
}

static LaneFrames conv_process(StreamLayer *stream, LaneFrames in)
{
    const Layer *layer = &stream->layer;
    const size_t width = (size_t)layer->in;
    const int dropped = stream->skip < in.count ? stream->skip : in.count;
    stream->skip -= dropped;
    in.values += (size_t)dropped * width;
    in.count -= dropped;
    for (int lane = 0; lane < in.lanes; lane++)
        memcpy(lane_buffer(stream, lane) + (size_t)stream->buffered * width, lane_input(&in, lane),
               (size_t)in.count * width * sizeof(float));

    const int buffered = stream->buffered + in.count;
    const int count = buffered < layer->kernel ? 0 : (buffered - layer->kernel) / layer->stride + 1;
    conv_frames(stream, in.lanes, count);
    int used = count * layer->stride;
    if (used > buffered) { // the stride is longer than the kernel and reaches beyond the input
        stream->skip = used - buffered;
        used = buffered;
    }
    stream->buffered = buffered - used;
    for (int lane = 0; used > 0 && lane < in.lanes; lane++) {
        float *buffer = lane_buffer(stream, lane);
        memmove(buffer, buffer + (size_t)used * width,
                (size_t)stream->buffered * width * sizeof(float));
    }
    return finish(stream, in.lanes, count);
}

// ---- Transposed convolution ----

// Returns the sums that reach beyond the frames that an input frame completes.
static size_t overlap(const Layer *layer)
{
    const int frames = layer->kernel - layer->stride;
    return frames > 0 ? (size_t)frames * (size_t)layer->out : 0;
}

static void transposed_layout(StreamLayer *stream, Arena *arena, int frames)
{
    const Layer *layer = &stream->layer;
    const size_t complete = (size_t)frames * (size_t)layer->stride * (size_t)layer->out;
    take_lanes(stream, arena, complete + overlap(layer) + (size_t)stream->conv->columns, complete);
}

static void transposed_reset(StreamLayer *stream)
{
    stream->skip = stream->layer.padding;
    for (int lane = 0; lane < stream->lanes; lane++)
        memset(lane_buffer(stream, lane), 0, overlap(&stream->layer) * sizeof(float));
}

static LaneFrames transposed_process(StreamLayer *stream, LaneFrames in)
{
    const Layer *layer = &stream->layer;
    const PackedConvolution *conv = stream->conv;
    const size_t width = (size_t)layer->out, step = (size_t)layer->stride * width;
    const size_t complete = (size_t)in.count * step, rest = overlap(layer);
    for (int lane = 0; lane < in.lanes; lane++)
        memset(lane_buffer(stream, lane) + rest, 0, complete * sizeof(float));
    const KernelFrames frames = {
        .y = stream->buffer,
        .y_step = step,
        .y_lane = stream->buffer_step,
        .x = in.values,
        .x_step = (size_t)layer->in,
        .x_lane = in.lane_step,
        .frames = in.count,
        .lanes = in.lanes,
    };
    multiply_add(&frames, conv, 0, conv->rows);

    int count = in.count * layer->stride;
    const int dropped = stream->skip < count ? stream->skip : count;
    stream->skip -= dropped;
    count -= dropped;
    for (int lane = 0; lane < in.lanes; lane++) {
        float *buffer = lane_buffer(stream, lane);
        kernel_add_bias(lane_output(stream, lane), buffer + (size_t)dropped * width, conv->bias,
                        (size_t)count, width, stream->activated, stream->activation);
        memmove(buffer, buffer + complete, rest * sizeof(float));
    }
    return finish(stream, in.lanes, count);
}

// ---- Residual block ----

static int past_frames(const Layer *layer)
{
    return (layer->kernel - 1) * layer->dilation;
}

static void residual_layout(StreamLayer *stream, Arena *arena, int frames)
{
    const Layer *layer = &stream->layer;
    const size_t all = (size_t)frames * (size_t)stream->lanes;
    // Twice the past, so that it is moved to the front once in a while only.
    stream->room = 2 * past_frames(layer) + frames;
    take_lanes(stream, arena, (size_t)stream->room * (size_t)layer->in,
               (size_t)frames * (size_t)layer->out);
    stream->hidden = arena_floats(arena, all * (size_t)stream->conv[0].columns);
    stream->mixed = arena_floats(arena, all * (size_t)stream->conv[1].columns);
}

static void residual_reset(StreamLayer *stream)
{
    const Layer *layer = &stream->layer;
    stream->buffered = past_frames(layer);
    for (int lane = 0; lane < stream->lanes; lane++)
        memset(lane_buffer(stream, lane), 0,
               (size_t)stream->buffered * (size_t)layer->in * sizeof(float));
}

// Lays y[frames][lanes][columns], which begins as the bias, beside x: from frame to frame x_step
// apart, lane to lane x_lane.
static KernelFrames interleaved(const PackedConvolution *conv, float *y, const float *x,
                                size_t x_step, size_t x_lane, const LaneFrames *in)
{
    const size_t columns = (size_t)conv->columns;
    return (KernelFrames){
        .y = y,
        .y_step = (size_t)in->lanes * columns,
        .y_lane = columns,
        .bias = conv->bias,
        .x = x,
        .x_step = x_step,
        .x_lane = x_lane,
        .frames = in->count,
        .lanes = in->lanes,
    };
}

// Computes hidden = activation(conv(x)), with the frames before x in front of it.
static void residual_conv(const StreamLayer *stream, const float *x, const LaneFrames *in)
{
    const Layer *layer = &stream->layer;
    const PackedConvolution *conv = &stream->conv[0];
    const size_t channels = (size_t)layer->in, all = (size_t)in->count * (size_t)in->lanes;
    const float *first = x - (size_t)past_frames(layer) * channels;
    KernelFrames frames =
        interleaved(conv, stream->hidden, first, channels, stream->buffer_step, in);
    if (layer->dilation == 1) { // the taps lie side by side
        multiply_add(&frames, conv, 0, conv->rows);
    } else {
        for (int k = 0; k < layer->kernel; k++) {
            multiply_add(&frames, conv, k * layer->in, layer->in);
            frames.bias = NULL; // the next taps are added
            frames.x += (size_t)layer->dilation * channels;
        }
    }
    kernel_activate(stream->hidden, stream->hidden, all * (size_t)conv->columns,
                    stream->activation);
}

// Computes y = x + mix(hidden).
static void residual_mix(const StreamLayer *stream, const LaneFrames *in)
{
    const PackedConvolution *mix = &stream->conv[1];
    const size_t channels = (size_t)stream->layer.in, lanes = (size_t)in->lanes;
    const size_t width = (size_t)stream->conv[0].columns, columns = (size_t)mix->columns;
    const KernelFrames frames =
        interleaved(mix, stream->mixed, stream->hidden, lanes * width, width, in);
    multiply_add(&frames, mix, 0, mix->rows);
    for (int lane = 0; lane < in->lanes; lane++) {
        const float *x = lane_input(in, lane), *sum = stream->mixed + (size_t)lane * columns;
        float *y = lane_output(stream, lane);
        for (int i = 0; i < in->count; i++, x += channels, y += channels, sum += lanes * columns)
            for (size_t c = 0; c < channels; c++) y[c] = x[c] + sum[c];
    }
}

static LaneFrames residual_process(StreamLayer *stream, LaneFrames in)
{
    const size_t channels = (size_t)stream->layer.in;
    const int past = past_frames(&stream->layer);
    const bool full = stream->buffered + in.count > stream->room;
    const size_t dropped = full ? (size_t)(stream->buffered - past) : 0;
    if (full) stream->buffered = past;
    for (int lane = 0; lane < in.lanes; lane++) {
        float *buffer = lane_buffer(stream, lane);
        if (full)
            memmove(buffer, buffer + dropped * channels, (size_t)past * channels * sizeof(float));
        memcpy(buffer + (size_t)stream->buffered * channels, lane_input(&in, lane),
               (size_t)in.count * channels * sizeof(float));
    }
    residual_conv(stream, stream->buffer + (size_t)stream->buffered * channels, &in);
    residual_mix(stream, &in);
    stream->buffered += in.count;
    return finish(stream, in.lanes, in.count);
}

// ---- Every kind ----

int stream_layer_output_max(const StreamLayer *stream, int frames)
{
    if (stream->layer.kind == LAYER_RESIDUAL) return frames;
    return stream->transposed ? frames * stream->layer.stride
                              : conv_output_max(&stream->layer, frames);
}

void stream_layer_layout(StreamLayer *stream, Arena *arena, int lanes, int frames)
{
    stream->lanes = lanes;
    if (stream->layer.kind == LAYER_RESIDUAL)
        residual_layout(stream, arena, frames);
    else if (stream->transposed)
        transposed_layout(stream, arena, frames);
    else
        conv_layout(stream, arena, frames);
}

uint64_t stream_layer_reset(StreamLayer *stream, uint64_t frames)
{
    const Layer *layer = &stream->layer;
    if (layer->kind == LAYER_RESIDUAL)
        residual_reset(stream);
    else if (stream->transposed)
        transposed_reset(stream);
    else
        conv_reset(stream);
    stream->frames_out = 0;
    stream->frames_total = frames;
    if (frames != STREAM_ENDLESS)
        stream->frames_total =
            stream->transposed ? conv_transposed_length(layer, frames) : conv_length(layer, frames);
    return stream->frames_total;
}

LaneFrames stream_layer_process(StreamLayer *stream, LaneFrames in)
{
    if (stream->layer.kind == LAYER_RESIDUAL) return residual_process(stream, in);
    return stream->transposed ? transposed_process(stream, in) : conv_process(stream, in);
}

void stream_layer_copy_lanes(StreamLayer *stream, int count)
{
    const size_t values = stream->layer.kind == LAYER_STRIDED && stream->transposed
                              ? overlap(&stream->layer)
                              : (size_t)stream->buffered * (size_t)stream->layer.in;
    for (int lane = 0; lane < count; lane++)
        memcpy(lane_buffer(stream, count + lane), lane_buffer(stream, lane),
               values * sizeof(float));
}

// Returns whether a layer remembers sums of output frames, not input frames.
static bool remembers_sums(const StreamLayer *stream)
{
    return stream->layer.kind == LAYER_STRIDED && stream->transposed;
}

// Returns how many values a lane remembers, where the stride is 1.
static size_t remembered_values(const StreamLayer *stream)
{
    const Layer *layer = &stream->layer;
    return (size_t)past_frames(layer) * (size_t)(remembers_sums(stream) ? layer->out : layer->in);
}

// Returns where a lane has them, once it has had as many frames.
static float *remembered(const StreamLayer *stream, int lane)
{
    const Layer *layer = &stream->layer;
    // Frames that are not needed any more.
    const int before = remembers_sums(stream) ? 0 : stream->buffered - past_frames(layer);
    return lane_buffer(stream, lane) + (size_t)before * (size_t)layer->in;
}

size_t stream_layer_save(const StreamLayer *stream, float *state)
{
    const size_t values = remembered_values(stream);
    if (state) memcpy(state, remembered(stream, 0), values * sizeof(float));
    return values;
}

size_t stream_layer_load(StreamLayer *stream, const float *state)
{
    const size_t values = remembered_values(stream);
    stream->buffered = past_frames(&stream->layer);
    stream->skip = 0;
    for (int lane = 0; lane < stream->lanes; lane++)
        memcpy(remembered(stream, lane), state, values * sizeof(float));
    return values;
}
