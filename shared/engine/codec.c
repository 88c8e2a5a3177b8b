#include "engine/codec.h"

#include "engine/stream_layer.h"
#include "math/arena.h"

#include <stdlib.h>
#include <string.h>

// The layers of one chain in a row, and beside them the linear path.
typedef struct {
    StreamLayer layer[ARCH_LAYERS_MAX];
    int layers;
    bool has_linear;
    StreamLayer linear;
    size_t in, out; // channels
} Path;

// A path and how much of its signal has come. Encoder and decoder are nothing else; for their users
// they are two, as one takes what the other gives.
typedef struct {
    Path path;
    int lanes;
    int block;           // the most frames that one call takes
    uint64_t fed, limit; // frames
    float *padded;       // [lanes][block][in]: the frames among which the signal ends
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
    path->layers = chain->layers;
    path->in = (size_t)chain->layer[0].in;
    path->out = (size_t)chain->layer[chain->layers - 1].out;
    for (int i = 0; i < chain->layers; i++)
        stream_layer_init(&path->layer[i], &chain->layer[i], decoder,
                          &model->packed[arch_convolution_of(arch, decoder, i)],
                          chain_activates(chain, i), arch->activation);
    path->has_linear = arch->linear;
    if (!arch->linear) return;
    const Layer linear = decoder ? arch_linear_decoder(arch) : arch_linear_encoder(arch);
    stream_layer_init(&path->linear, &linear, decoder,
                      &model->packed[arch_convolution_of_linear(arch, decoder)], false,
                      arch->activation);
}

static int path_output_max(const Path *path, int frames)
{
    for (int i = 0; i < path->layers; i++)
        frames = stream_layer_output_max(&path->layer[i], frames);
    return frames;
}

static void path_layout(Path *path, Arena *arena, int lanes, int frames)
{
    if (path->has_linear) stream_layer_layout(&path->linear, arena, lanes, frames);
    for (int i = 0; i < path->layers; i++) {
        stream_layer_layout(&path->layer[i], arena, lanes, frames);
        frames = stream_layer_output_max(&path->layer[i], frames);
    }
}

static void path_reset(Path *path, uint64_t frames)
{
    if (path->has_linear) stream_layer_reset(&path->linear, frames);
    for (int i = 0; i < path->layers; i++) frames = stream_layer_reset(&path->layer[i], frames);
}

// Returns the frames that come out for `in`, in the last layer's memory.
static LaneFrames path_process(Path *path, LaneFrames in)
{
    // It reaches as far as the chain, so it gives as many frames at once as the chain does.
    if (path->has_linear) stream_layer_process(&path->linear, in);
    LaneFrames frames = in;
    for (int i = 0; i < path->layers && frames.count > 0; i++)
        frames = stream_layer_process(&path->layer[i], frames);
    if (!path->has_linear || frames.count == 0) return frames;
    const size_t values = (size_t)frames.count * path->out;
    for (size_t lane = 0; lane < (size_t)frames.lanes; lane++) {
        float *out = path->layer[path->layers - 1].output + lane * frames.lane_step;
        const float *linear = path->linear.output + lane * path->linear.output_step;
        for (size_t i = 0; i < values; i++) out[i] += linear[i];
    }
    return frames;
}

static size_t path_save(const Path *path, float *state)
{
    size_t values = 0;
    for (int i = 0; i < path->layers; i++)
        values += stream_layer_save(&path->layer[i], state ? state + values : NULL);
    if (path->has_linear) values += stream_layer_save(&path->linear, state ? state + values : NULL);
    return values;
}

static void path_load(Path *path, const float *state)
{
    for (int i = 0; i < path->layers; i++) state += stream_layer_load(&path->layer[i], state);
    if (path->has_linear) stream_layer_load(&path->linear, state);
}

// ---- Coders ----

// Lays out a coder and its memory, of which it counts the bytes.
static Coder coder_plan(const Model *model, bool decoder, int lanes, Arena *arena)
{
    Coder plan = {.lanes = lanes, .block = decoder ? 1 : CODEC_BLOCK};
    path_init(&plan.path, model, decoder);
    arena_take(arena, sizeof plan);
    path_layout(&plan.path, arena, lanes, plan.block);
    plan.padded = arena_floats(arena, (size_t)lanes * (size_t)plan.block * plan.path.in);
    return plan;
}

static void coder_reset(Coder *coder, uint64_t frames)
{
    coder->fed = 0;
    coder->limit = frames;
    path_reset(&coder->path, frames);
}

static void *coder_new(const Model *model, bool decoder, int lanes)
{
    Arena arena = {NULL, 0};
    coder_plan(model, decoder, lanes, &arena);
    Coder *coder = arena_block(arena.used);
    if (!coder) return NULL;
    arena = (Arena){(unsigned char *)coder, 0};
    *coder = coder_plan(model, decoder, lanes, &arena);
    coder_reset(coder, CODEC_ENDLESS);
    return coder;
}

// Replaces frames after the signal's end by zeros.
static LaneFrames pad_end(Coder *coder, LaneFrames in)
{
    const uint64_t left = coder->limit - coder->fed;
    if (left >= (uint64_t)in.count) {
        coder->fed += (uint64_t)in.count;
        return in;
    }
    coder->fed = coder->limit;
    const size_t all = (size_t)in.count * coder->path.in, kept = (size_t)left * coder->path.in;
    for (size_t lane = 0; lane < (size_t)in.lanes; lane++) {
        float *padded = coder->padded + lane * all;
        memcpy(padded, in.values + lane * in.lane_step, kept * sizeof(float));
        memset(padded + kept, 0, (all - kept) * sizeof(float));
    }
    return (LaneFrames){coder->padded, all, in.lanes, in.count};
}

static LaneFrames coder_process(Coder *coder, LaneFrames in)
{
    return path_process(&coder->path, pad_end(coder, in));
}

// ---- Encoder ----

Encoder *encoder_new(const Model *model, int lanes)
{
    return coder_new(model, false, lanes);
}

void encoder_free(Encoder *encoder)
{
    free(encoder);
}

void encoder_reset(Encoder *encoder, uint64_t frames)
{
    coder_reset(&encoder->coder, frames);
}

size_t encoder_save(const Encoder *encoder, float *state)
{
    return path_save(&encoder->coder.path, state);
}

void encoder_load(Encoder *encoder, const float *state)
{
    path_load(&encoder->coder.path, state);
}

size_t encoder_frames_max(const Encoder *encoder, size_t frames)
{
    return (size_t)path_output_max(&encoder->coder.path, (int)frames);
}

LaneFrames encoder_process(Encoder *encoder, LaneFrames in)
{
    return coder_process(&encoder->coder, in);
}

size_t encoder_memory(const Encoder *encoder)
{
    size_t reach = 1, hop = 1;
    const Path *path = &encoder->coder.path;
    for (int i = 0; i < path->layers; i++) {
        const Layer *layer = &path->layer[i].layer;
        reach += hop * (size_t)(layer->kernel - 1) * (size_t)layer->dilation;
        hop *= (size_t)layer->stride;
    }
    return reach;
}

size_t encoder_lookback(const Encoder *encoder)
{
    size_t lookback = 0, hop = 1;
    const Path *path = &encoder->coder.path;
    for (int i = 0; i < path->layers; i++) {
        const Layer *layer = &path->layer[i].layer;
        const int past =
            layer->kind == LAYER_RESIDUAL ? (layer->kernel - 1) * layer->dilation : layer->padding;
        lookback += hop * (size_t)past;
        hop *= (size_t)layer->stride;
    }
    return lookback;
}

uint64_t encoder_known(const Encoder *encoder, uint64_t frames)
{
    const Path *path = &encoder->coder.path;
    for (int i = 0; i < path->layers; i++) {
        const Layer *layer = &path->layer[i].layer;
        if (layer->kind == LAYER_RESIDUAL) continue;
        const uint64_t padded = frames + (uint64_t)layer->padding, kernel = (uint64_t)layer->kernel;
        frames = padded < kernel ? 0 : (padded - kernel) / (uint64_t)layer->stride + 1;
    }
    return frames;
}

// ---- Decoder ----

Decoder *decoder_new(const Model *model, int lanes)
{
    return coder_new(model, true, lanes);
}

void decoder_free(Decoder *decoder)
{
    free(decoder);
}

void decoder_reset(Decoder *decoder, uint64_t frames)
{
    coder_reset(&decoder->coder, frames);
}

size_t decoder_save(const Decoder *decoder, float *state)
{
    return path_save(&decoder->coder.path, state);
}

void decoder_load(Decoder *decoder, const float *state)
{
    path_load(&decoder->coder.path, state);
}

void decoder_copy_lanes(Decoder *decoder, int count)
{
    Path *path = &decoder->coder.path;
    for (int i = 0; i < path->layers; i++) stream_layer_copy_lanes(&path->layer[i], count);
    if (path->has_linear) stream_layer_copy_lanes(&path->linear, count);
}

// As many frames as the kernels reach on, layer by layer. Padding only makes them fewer.
static size_t path_reach(const Path *path, size_t *hop)
{
    size_t reach = 0;
    *hop = 1;
    for (int i = path->layers - 1; i >= 0; i--) {
        const Layer *layer = &path->layer[i].layer;
        reach += *hop * (size_t)(layer->kernel - 1) * (size_t)layer->dilation;
        *hop *= (size_t)layer->stride;
    }
    return reach;
}

size_t decoder_reach(const Decoder *decoder)
{
    size_t hop;
    return path_reach(&decoder->coder.path, &hop);
}

size_t decoder_lead(const Decoder *decoder)
{
    size_t lead = 0, hop = 1;
    const Path *path = &decoder->coder.path;
    for (int i = path->layers - 1; i >= 0; i--) {
        lead += hop * (size_t)path->layer[i].layer.padding;
        hop *= (size_t)path->layer[i].layer.stride;
    }
    return lead;
}

size_t decoder_memory(const Decoder *decoder)
{
    size_t hop;
    const size_t reach = path_reach(&decoder->coder.path, &hop);
    return reach / hop + 2; // and the frame's own
}

size_t decoder_frames_max(const Decoder *decoder)
{
    return (size_t)path_output_max(&decoder->coder.path, 1);
}

LaneFrames decoder_process(Decoder *decoder, const float *latent, int lanes)
{
    const size_t channels = decoder->coder.path.in;
    return coder_process(&decoder->coder, (LaneFrames){latent, channels, lanes, 1});
}

// ---- Both ----

CodecSize codec_size(const Model *model, int lanes)
{
    Arena encoder_arena = {NULL, 0}, decoder_arena = {NULL, 0};
    const Coder encoder = coder_plan(model, false, lanes, &encoder_arena);
    const Coder decoder = coder_plan(model, true, lanes, &decoder_arena);
    return (CodecSize){
        .encoder = encoder_arena.used,
        .decoder = decoder_arena.used,
        .latent_frames = (size_t)path_output_max(&encoder.path, encoder.block),
        .frames = (size_t)path_output_max(&decoder.path, decoder.block),
    };
}

// ---- Reach ----

// Returns how far one frame at the inner end of a chain reaches at its outer end, in samples.
static size_t chain_reach(const Arch *arch, bool decoder)
{
    const Chain *chain = decoder ? &arch->decoder : &arch->encoder;
    const Layer front = arch_front_layer(arch);
    size_t reach = (size_t)front.kernel, hop = (size_t)front.stride;
    if (!decoder && arch->front.kind == FRONT_SPECTRUM) reach = (size_t)arch->front.window;
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[decoder ? chain->layers - 1 - i : i];
        reach += hop * (size_t)(layer->kernel - 1) * (size_t)layer->dilation;
        hop *= (size_t)layer->stride;
    }
    return reach;
}

size_t codec_lookback(const Model *model)
{
    return chain_reach(&model->arch, false);
}

size_t codec_memory(const Model *model)
{
    return chain_reach(&model->arch, false) + chain_reach(&model->arch, true);
}
