#include "codec.h"

#include "kernels.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>

// The layers of one chain in a row, and beside them the linear path.
typedef struct {
    Stage stage[ARCH_LAYERS_MAX];
    int stages;
    bool has_linear;
    Stage linear;
    int out; // channels that come out
} Path;

struct Encoder {
    Path path;
    uint64_t fed, limit; // samples
};

struct Decoder {
    Path path;
    uint64_t fed, limit; // latent frames
    float *silence;      // a latent frame of zeros
};

// ---- Paths ----

static void path_init(Path *path, const Model *model, bool decoder)
{
    const Arch *arch = &model->arch;
    const Chain *chain = decoder ? &arch->decoder : &arch->encoder;
    path->stages = chain->layers;
    path->out = chain->layer[chain->layers - 1].out;
    for (int i = 0; i < chain->layers; i++)
        stage_init(&path->stage[i], &chain->layer[i], decoder,
                   &model->packed[arch_convolution_of(arch, decoder, i)], chain_activates(chain, i),
                   arch->activation);
    path->has_linear = arch->linear;
    if (!arch->linear) return;
    const Layer linear = decoder ? arch_linear_decoder(arch) : arch_linear_encoder(arch);
    stage_init(&path->linear, &linear, decoder,
               &model->packed[arch_convolution_of_linear(arch, decoder)], false, arch->activation);
}

static int path_output_max(const Path *path, int frames)
{
    for (int i = 0; i < path->stages; i++) frames = stage_output_max(&path->stage[i], frames);
    return frames;
}

static void path_layout(Path *path, Carver *carver, int frames)
{
    if (path->has_linear) stage_layout(&path->linear, carver, frames);
    for (int i = 0; i < path->stages; i++) {
        stage_layout(&path->stage[i], carver, frames);
        frames = stage_output_max(&path->stage[i], frames);
    }
}

static void path_reset(Path *path, uint64_t frames)
{
    if (path->has_linear) stage_reset(&path->linear, frames);
    for (int i = 0; i < path->stages; i++) frames = stage_reset(&path->stage[i], frames);
}

// Takes `count` frames and writes those that come out to `out`; returns how many.
static size_t path_process(Path *path, const float *in, int count, float *out)
{
    // Its reach is the chain's, so it gives as many frames at once as the chain does.
    if (path->has_linear) stage_process(&path->linear, in, count);
    for (int i = 0; i < path->stages && count > 0; i++) {
        count = stage_process(&path->stage[i], in, count);
        in = path->stage[i].output;
    }
    const size_t values = (size_t)count * (size_t)path->out;
    memcpy(out, in, values * sizeof(float));
    if (path->has_linear)
        for (size_t i = 0; i < values; i++) out[i] += path->linear.output[i];
    return (size_t)count;
}

static size_t aligned(size_t bytes)
{
    return (bytes + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
}

// ---- Encoder ----

// An encoder without its memory, of which it counts the bytes.
static Encoder encoder_plan(const Model *model, size_t *bytes)
{
    Encoder plan = {0};
    path_init(&plan.path, model, false);
    Carver carver = {.used = aligned(sizeof plan)};
    path_layout(&plan.path, &carver, CODEC_BLOCK);
    *bytes = carver.used;
    return plan;
}

Encoder *encoder_new(const Model *model)
{
    size_t bytes;
    const Encoder plan = encoder_plan(model, &bytes);
    Encoder *encoder = aligned_alloc(KERNEL_ALIGNMENT, bytes);
    if (!encoder) return NULL;
    memset(encoder, 0, bytes);
    *encoder = plan;
    Carver carver = {.block = (unsigned char *)encoder, .used = aligned(sizeof plan)};
    path_layout(&encoder->path, &carver, CODEC_BLOCK);
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
    path_reset(&encoder->path, samples);
}

size_t encoder_frames_max(const Encoder *encoder, size_t samples)
{
    return (size_t)path_output_max(&encoder->path, (int)samples);
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
    return path_process(&encoder->path, audio, (int)samples, latent);
}

// ---- Decoder ----

static void decoder_layout(Decoder *decoder, Carver *carver)
{
    path_layout(&decoder->path, carver, 1);
    decoder->silence = carve(carver, (size_t)decoder->path.stage[0].layer.in);
}

static Decoder decoder_plan(const Model *model, size_t *bytes)
{
    Decoder plan = {0};
    path_init(&plan.path, model, true);
    Carver carver = {.used = aligned(sizeof plan)};
    decoder_layout(&plan, &carver);
    *bytes = carver.used;
    return plan;
}

Decoder *decoder_new(const Model *model)
{
    size_t bytes;
    const Decoder plan = decoder_plan(model, &bytes);
    Decoder *decoder = aligned_alloc(KERNEL_ALIGNMENT, bytes);
    if (!decoder) return NULL;
    memset(decoder, 0, bytes);
    *decoder = plan;
    Carver carver = {.block = (unsigned char *)decoder, .used = aligned(sizeof plan)};
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
    path_reset(&decoder->path, frames);
}

void decoder_copy(Decoder *to, const Decoder *from)
{
    to->fed = from->fed;
    to->limit = from->limit;
    for (int i = 0; i < from->path.stages; i++)
        stage_copy(&to->path.stage[i], &from->path.stage[i]);
    if (from->path.has_linear) stage_copy(&to->path.linear, &from->path.linear);
}

size_t decoder_memory(const Decoder *decoder)
{
    // A frame's own, and as many as the kernels reach on, layer by layer.
    size_t reach = 0, hop = 1;
    for (int i = decoder->path.stages - 1; i >= 0; i--) {
        const Layer *layer = &decoder->path.stage[i].layer;
        reach += hop * (size_t)(layer->kernel - 1) * (size_t)layer->dilation;
        hop *= (size_t)layer->stride;
    }
    return reach / hop + 2;
}

size_t decoder_samples_max(const Decoder *decoder)
{
    return (size_t)path_output_max(&decoder->path, 1);
}

size_t decoder_process(Decoder *decoder, const float *latent, float *audio)
{
    const float *frame = decoder->fed < decoder->limit ? latent : decoder->silence;
    decoder->fed++;
    return path_process(&decoder->path, frame, 1, audio);
}

// ---- Both ----

CodecSize codec_size(const Model *model)
{
    CodecSize size;
    const Encoder encoder = encoder_plan(model, &size.encoder);
    const Decoder decoder = decoder_plan(model, &size.decoder);
    size.frames = encoder_frames_max(&encoder, CODEC_BLOCK);
    size.samples = decoder_samples_max(&decoder);
    return size;
}
