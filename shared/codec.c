#include "codec.h"

#include "kernels.h"

#include <stdlib.h>
#include <string.h>

// One layer's place in a stream. Frames are counted so that those behind the end of a signal of
// known length come out as the zeros that the next layer would have been padded with.
typedef struct {
    Layer layer;
    const PackedLayer *packed;
    bool activated;  // an activation follows
    Activation kind; // which
    uint64_t made;   // frames that have come out
    uint64_t limit;  // frames that the whole signal gives
    float *buffer; // encoder: input frames from the next output's first on; decoder: sums under way
    float *output; // frames given by the last call
    int held;      // encoder: frames in `buffer`
    int skip;      // encoder: input frames to drop; decoder: output frames to drop, its padding
    int output_max; // frames
} Stage;

struct Encoder {
    const Model *model;
    int stages;
    uint64_t fed, limit; // samples
    Stage stage[ARCH_LAYERS_MAX];
};

struct Decoder {
    const Model *model;
    int stages;
    uint64_t fed, limit; // latent frames
    Stage stage[ARCH_LAYERS_MAX];
};

// ---- Memory ----

// Carves aligned arrays from one block; with no block it only counts.
typedef struct {
    unsigned char *block;
    size_t used;
} Carver;

static float *carve(Carver *carver, size_t values)
{
    const size_t bytes =
        (values * sizeof(float) + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
    float *array = carver->block ? (float *)(void *)(carver->block + carver->used) : NULL;
    carver->used += bytes;
    return array;
}

static size_t aligned(size_t bytes)
{
    return (bytes + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
}

// ---- What both have in common ----

static void stage_init(Stage *stage, const Chain *chain, const PackedLayer *packed, int i,
                       Activation kind)
{
    stage->layer = chain->layer[i];
    stage->packed = &packed[i];
    stage->activated = i < chain->layers - 1;
    stage->kind = kind;
}

// Finishes `count` frames of raw sums: activation, and zeros for those behind the signal's end.
static void stage_finish(Stage *stage, float *frames, int count)
{
    const size_t out = (size_t)stage->layer.out;
    if (stage->activated) kernel_activate(frames, frames, (size_t)count * out, stage->kind);
    for (int i = 0; i < count; i++, stage->made++)
        if (stage->made >= stage->limit) memset(frames + (size_t)i * out, 0, out * sizeof(float));
}

// ---- Encoder ----

static int conv_output_max(const Layer *layer, int frames)
{
    return (frames + layer->padding) / layer->stride + 1;
}

static void encoder_layout(Encoder *encoder, Carver *carver)
{
    int frames = CODEC_BLOCK;
    for (int i = 0; i < encoder->stages; i++) {
        Stage *stage = &encoder->stage[i];
        const Layer *layer = &stage->layer;
        stage->output_max = conv_output_max(layer, frames);
        stage->buffer =
            carve(carver, (size_t)(layer->kernel + layer->padding + frames) * (size_t)layer->in);
        // The kernel writes whole columns, so the last frame needs room behind it.
        stage->output = carve(carver, (size_t)stage->output_max * (size_t)layer->out +
                                          (size_t)stage->packed->columns);
        frames = stage->output_max;
    }
}

Encoder *encoder_new(const Model *model)
{
    Encoder plan = {.model = model, .stages = model->arch.encoder.layers};
    for (int i = 0; i < plan.stages; i++)
        stage_init(&plan.stage[i], &model->arch.encoder, model->encoder, i, model->arch.activation);
    Carver carver = {.used = aligned(sizeof plan)};
    encoder_layout(&plan, &carver);

    Encoder *encoder = aligned_alloc(KERNEL_ALIGNMENT, carver.used);
    if (!encoder) return NULL;
    memset(encoder, 0, carver.used);
    *encoder = plan;
    carver = (Carver){.block = (unsigned char *)encoder, .used = aligned(sizeof plan)};
    encoder_layout(encoder, &carver);
    encoder_reset(encoder, CODEC_ENDLESS);
    return encoder;
}

void encoder_free(Encoder *encoder)
{
    free(encoder);
}

void encoder_reset(Encoder *encoder, uint64_t samples)
{
    encoder->fed = 0;
    encoder->limit = samples;
    for (int i = 0; i < encoder->stages; i++) {
        Stage *stage = &encoder->stage[i];
        const Layer *layer = &stage->layer;
        if (samples != CODEC_ENDLESS) samples = conv_length(layer, samples);
        stage->limit = samples;
        stage->made = 0;
        stage->skip = 0;
        stage->held = layer->padding;
        memset(stage->buffer, 0, (size_t)layer->padding * (size_t)layer->in * sizeof(float));
    }
}

size_t encoder_frames_max(const Encoder *encoder, size_t samples)
{
    int frames = (int)samples;
    for (int i = 0; i < encoder->stages; i++)
        frames = conv_output_max(&encoder->stage[i].layer, frames);
    return (size_t)frames;
}

// y = bias + sum over kernel and input channels. `y` has room for whole columns.
static void conv_frame(const Stage *stage, const float *x, float *y)
{
    const PackedLayer *packed = stage->packed;
    float sum[ARCH_CHANNELS_MAX] __attribute__((aligned(KERNEL_ALIGNMENT)));
    memcpy(sum, packed->bias, (size_t)packed->columns * sizeof(float));
    kernel_multiply_add(sum, x, packed->weight, packed->rows, packed->columns);
    memcpy(y, sum, (size_t)stage->layer.out * sizeof(float));
}

// Takes `count` frames; returns how many stand in stage->output.
static int conv_stage(Stage *stage, const float *in, int count)
{
    const Layer *layer = &stage->layer;
    const size_t width = (size_t)layer->in;
    const int dropped = stage->skip < count ? stage->skip : count;
    stage->skip -= dropped;
    in += (size_t)dropped * width;
    count -= dropped;
    memcpy(stage->buffer + (size_t)stage->held * width, in, (size_t)count * width * sizeof(float));

    const int held = stage->held + count;
    int at = 0, made = 0;
    for (; held - at >= layer->kernel; at += layer->stride, made++)
        conv_frame(stage, stage->buffer + (size_t)at * width,
                   stage->output + (size_t)made * (size_t)layer->out);
    if (at > held) { // the stride is longer than the kernel and leaps beyond what has come
        stage->skip = at - held;
        at = held;
    }
    stage->held = held - at;
    if (at > 0)
        memmove(stage->buffer, stage->buffer + (size_t)at * width,
                (size_t)stage->held * width * sizeof(float));
    stage_finish(stage, stage->output, made);
    return made;
}

size_t encoder_process(Encoder *encoder, const float *audio, size_t samples, float *latent)
{
    float padding[CODEC_BLOCK];
    if (encoder->limit - encoder->fed < samples) { // the signal ends in this block
        const size_t left = (size_t)(encoder->limit - encoder->fed);
        memcpy(padding, audio, left * sizeof(float));
        memset(padding + left, 0, (samples - left) * sizeof(float));
        audio = padding;
        encoder->fed = encoder->limit;
    } else {
        encoder->fed += samples;
    }

    const float *frames = audio;
    int count = (int)samples;
    for (int i = 0; i < encoder->stages && count > 0; i++) {
        count = conv_stage(&encoder->stage[i], frames, count);
        frames = encoder->stage[i].output;
    }
    const size_t channels = (size_t)arch_latent_channels(&encoder->model->arch);
    memcpy(latent, frames, (size_t)count * channels * sizeof(float));
    return (size_t)count;
}

// ---- Decoder ----

static void decoder_layout(Decoder *decoder, Carver *carver)
{
    int frames = 1;
    for (int i = 0; i < decoder->stages; i++) {
        Stage *stage = &decoder->stage[i];
        stage->output_max = frames * stage->layer.stride;
        const size_t width = (size_t)stage->layer.out;
        // The sums of one input frame, in whole columns, and the stride by which they move on.
        const int kept =
            stage->layer.kernel > stage->layer.stride ? stage->layer.kernel : stage->layer.stride;
        stage->buffer = carve(carver, (size_t)kept * width + (size_t)stage->packed->columns);
        stage->output = carve(carver, (size_t)stage->output_max * width);
        frames = stage->output_max;
    }
}

Decoder *decoder_new(const Model *model)
{
    Decoder plan = {.model = model, .stages = model->arch.decoder.layers};
    for (int i = 0; i < plan.stages; i++)
        stage_init(&plan.stage[i], &model->arch.decoder, model->decoder, i, model->arch.activation);
    Carver carver = {.used = aligned(sizeof plan)};
    decoder_layout(&plan, &carver);

    Decoder *decoder = aligned_alloc(KERNEL_ALIGNMENT, carver.used);
    if (!decoder) return NULL;
    memset(decoder, 0, carver.used);
    *decoder = plan;
    carver = (Carver){.block = (unsigned char *)decoder, .used = aligned(sizeof plan)};
    decoder_layout(decoder, &carver);
    decoder_reset(decoder, CODEC_ENDLESS);
    return decoder;
}

void decoder_free(Decoder *decoder)
{
    free(decoder);
}

void decoder_reset(Decoder *decoder, uint64_t frames)
{
    decoder->fed = 0;
    decoder->limit = frames;
    for (int i = 0; i < decoder->stages; i++) {
        Stage *stage = &decoder->stage[i];
        const Layer *layer = &stage->layer;
        if (frames != CODEC_ENDLESS) frames = conv_transposed_length(layer, frames);
        stage->limit = frames;
        stage->made = 0;
        stage->skip = layer->padding;
        memset(stage->buffer, 0, (size_t)stage->packed->columns * sizeof(float));
    }
}

void decoder_copy(Decoder *to, const Decoder *from)
{
    to->fed = from->fed;
    to->limit = from->limit;
    for (int i = 0; i < from->stages; i++) {
        Stage *stage = &to->stage[i];
        const Stage *other = &from->stage[i];
        stage->made = other->made;
        stage->limit = other->limit;
        stage->skip = other->skip;
        memcpy(stage->buffer, other->buffer, (size_t)stage->packed->columns * sizeof(float));
    }
}

size_t decoder_memory(const Decoder *decoder)
{
    // A frame's own, and as many as the kernels reach on, layer by layer.
    size_t reach = 0, hop = 1;
    for (int i = decoder->stages - 1; i >= 0; i--) {
        const Layer *layer = &decoder->stage[i].layer;
        reach += hop * (size_t)(layer->kernel - 1);
        hop *= (size_t)layer->stride;
    }
    return reach / hop + 2;
}

size_t decoder_samples_max(const Decoder *decoder)
{
    return (size_t)decoder->stage[decoder->stages - 1].output_max;
}

// Adds one frame (NULL: zeros) to the sums under way and moves the finished ones, a stride of
// frames, to `y`.
static void conv_transposed_frame(Stage *stage, const float *x, float *y)
{
    const Layer *layer = &stage->layer;
    const PackedLayer *packed = stage->packed;
    const size_t width = (size_t)layer->out, stride = (size_t)layer->stride;
    if (x) kernel_multiply_add(stage->buffer, x, packed->weight, packed->rows, packed->columns);
    for (size_t i = 0; i < stride; i++)
        for (size_t c = 0; c < width; c++)
            y[i * width + c] = stage->buffer[i * width + c] + packed->bias[c];

    const size_t kernel = (size_t)layer->kernel;
    const size_t kept = kernel > stride ? (kernel - stride) * width : 0;
    memmove(stage->buffer, stage->buffer + stride * width, kept * sizeof(float));
    memset(stage->buffer + kept, 0, ((size_t)packed->columns - kept) * sizeof(float));
}

static int conv_transposed_stage(Stage *stage, const float *in, int count)
{
    const Layer *layer = &stage->layer;
    const size_t width = (size_t)layer->out;
    for (int i = 0; i < count; i++)
        conv_transposed_frame(stage, in ? in + (size_t)i * (size_t)layer->in : NULL,
                              stage->output + (size_t)(i * layer->stride) * width);
    int made = count * layer->stride;
    const int dropped = stage->skip < made ? stage->skip : made;
    stage->skip -= dropped;
    made -= dropped;
    if (dropped > 0)
        memmove(stage->output, stage->output + (size_t)dropped * width,
                (size_t)made * width * sizeof(float));
    stage_finish(stage, stage->output, made);
    return made;
}

size_t decoder_process(Decoder *decoder, const float *latent, float *audio)
{
    const float *frames = decoder->fed < decoder->limit ? latent : NULL;
    int count = 1;
    decoder->fed++;
    for (int i = 0; i < decoder->stages && count > 0; i++) {
        count = conv_transposed_stage(&decoder->stage[i], frames, count);
        frames = decoder->stage[i].output;
    }
    memcpy(audio, frames, (size_t)count * sizeof(float));
    return (size_t)count;
}
