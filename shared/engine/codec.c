#include "engine/codec.h"

#include "engine/stage.h"
#include "math/kernels.h"

#include <stdlib.h>
#include <string.h>

// The layers of one chain in a row, and beside them the linear path.
typedef struct {
    Stage stage[ARCH_LAYERS_MAX];
    int stages;
    bool has_linear;
    Stage linear;
    int in, out; // channels
} Path;

// A path and how much of its signal has come. Encoder and decoder are nothing else; for their users
// they are two, as what one takes the other gives.
typedef struct {
    Path path;
    int block;           // the most frames that one call takes: samples, or latent frames
    uint64_t fed, limit; // frames
    float *padded;       // [block][in]: those among which the signal ends
} Coder;

struct Encoder {
    Coder coder;
};

struct Decoder {
    Coder coder;
};

// ---- Paths ----

static void path_init(Path *path, const Model *model, bool decoder)
{
    const Arch *arch = &model->arch;
    const Chain *chain = decoder ? &arch->decoder : &arch->encoder;
    path->stages = chain->layers;
    path->in = chain->layer[0].in;
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

static void path_copy(Path *to, const Path *from)
{
    for (int i = 0; i < from->stages; i++) stage_copy(&to->stage[i], &from->stage[i]);
    if (from->has_linear) stage_copy(&to->linear, &from->linear);
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

// ---- Coders ----

static void coder_layout(Coder *coder, Carver *carver)
{
    path_layout(&coder->path, carver, coder->block);
    coder->padded = carve(carver, (size_t)coder->block * (size_t)coder->path.in);
}

// A coder without its memory, of which it counts the bytes.
static Coder coder_plan(const Model *model, bool decoder, size_t *bytes)
{
    Coder plan = {.block = decoder ? 1 : CODEC_BLOCK};
    path_init(&plan.path, model, decoder);
    Carver carver = {.used = aligned(sizeof plan)};
    coder_layout(&plan, &carver);
    *bytes = carver.used;
    return plan;
}

static void coder_reset(Coder *coder, uint64_t frames)
{
    coder->fed = 0;
    coder->limit = frames;
    path_reset(&coder->path, frames);
}

static void *coder_new(const Model *model, bool decoder)
{
    size_t bytes;
    const Coder plan = coder_plan(model, decoder, &bytes);
    Coder *coder = aligned_alloc(KERNEL_ALIGNMENT, bytes);
    if (!coder) return NULL;
    memset(coder, 0, bytes);
    *coder = plan;
    Carver carver = {.block = (unsigned char *)coder, .used = aligned(sizeof plan)};
    coder_layout(coder, &carver);
    coder_reset(coder, CODEC_ENDLESS);
    return coder;
}

static size_t coder_process(Coder *coder, const float *in, size_t count, float *out)
{
    const uint64_t left = coder->limit - coder->fed;
    if (left < count) { // the signal ends in this block, or has ended
        const size_t channels = (size_t)coder->path.in, values = (size_t)left * channels;
        memcpy(coder->padded, in, values * sizeof(float));
        memset(coder->padded + values, 0, (count * channels - values) * sizeof(float));
        in = coder->padded;
        coder->fed = coder->limit;
    } else {
        coder->fed += count;
    }
    return path_process(&coder->path, in, (int)count, out);
}

// ---- Encoder ----

Encoder *encoder_new(const Model *model)
{
    return coder_new(model, false);
}

void encoder_free(Encoder *encoder)
{
    free(encoder);
}

void encoder_reset(Encoder *encoder, uint64_t samples)
{
    coder_reset(&encoder->coder, samples);
}

size_t encoder_frames_max(const Encoder *encoder, size_t samples)
{
    return (size_t)path_output_max(&encoder->coder.path, (int)samples);
}

size_t encoder_process(Encoder *encoder, const float *audio, size_t samples, float *latent)
{
    return coder_process(&encoder->coder, audio, samples, latent);
}

// ---- Decoder ----

Decoder *decoder_new(const Model *model)
{
    return coder_new(model, true);
}

void decoder_free(Decoder *decoder)
{
    free(decoder);
}

void decoder_reset(Decoder *decoder, uint64_t frames)
{
    coder_reset(&decoder->coder, frames);
}

void decoder_copy(Decoder *to, const Decoder *from)
{
    to->coder.fed = from->coder.fed;
    to->coder.limit = from->coder.limit;
    path_copy(&to->coder.path, &from->coder.path);
}

size_t decoder_memory(const Decoder *decoder)
{
    // A frame's own, and as many as the kernels reach on, layer by layer.
    size_t reach = 0, hop = 1;
    const Path *path = &decoder->coder.path;
    for (int i = path->stages - 1; i >= 0; i--) {
        const Layer *layer = &path->stage[i].layer;
        reach += hop * (size_t)(layer->kernel - 1) * (size_t)layer->dilation;
        hop *= (size_t)layer->stride;
    }
    return reach / hop + 2;
}

size_t decoder_samples_max(const Decoder *decoder)
{
    return (size_t)path_output_max(&decoder->coder.path, 1);
}

size_t decoder_process(Decoder *decoder, const float *latent, float *audio)
{
    return coder_process(&decoder->coder, latent, 1, audio);
}

// ---- Both ----

CodecSize codec_size(const Model *model)
{
    CodecSize size;
    const Coder encoder = coder_plan(model, false, &size.encoder);
    const Coder decoder = coder_plan(model, true, &size.decoder);
    size.frames = (size_t)path_output_max(&encoder.path, encoder.block);
    size.samples = (size_t)path_output_max(&decoder.path, decoder.block);
    return size;
}
