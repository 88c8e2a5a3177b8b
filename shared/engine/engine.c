#include "engine/engine_latency.h"
#include "engine/engine_state.h"
#include "math/denormals.h"
#include "math/kernels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Making and freeing ----

static bool resamplers_init(Engine *engine, Error *error)
{
    const double host = engine->host_rate, rate = engine->model->sample_rate;
    const int channels = engine->channels;
    engine->model_room = BLOCK;
    if (host == rate) return true;
    engine->down = resampler_new(host, rate, channels, error);
    engine->measured_down = engine->down ? resampler_new(host, rate, channels, error) : NULL;
    engine->up = engine->measured_down ? resampler_new(rate, host, channels, error) : NULL;
    if (!engine->up) return false;
    engine->model_room = resampler_output_max(engine->down, BLOCK);
    return true;
}

// Returns the most samples at the host's rate that come of a block.
static size_t host_room(const Engine *engine)
{
    return engine->up ? resampler_output_max(engine->up, engine->model_room) : BLOCK;
}

static bool blocks_allocate(Engine *engine)
{
    const size_t model = engine->model_room, host = host_room(engine);
    const size_t larger = host > model ? host : model;
    engine->blocks = malloc((size_t)engine->channels * (2 * model + larger) * sizeof(float));
    if (!engine->blocks) return false;
    float *next = engine->blocks;
    for (int c = 0; c < engine->channels; c++) {
        engine->model_rate[c] = next;
        engine->measured[c] = next + model;
        engine->resampled[c] = next + 2 * model;
        next += 2 * model + larger;
    }
    return true;
}

static bool channel_allocate(const Engine *engine, Channel *channel)
{
    const size_t latency = (size_t)engine->latency;
    const size_t recent = latency + (size_t)ceil(RECENT_SECONDS * engine->host_rate);
    const size_t history = engine->history > recent ? engine->history : recent;
    channel->tail = malloc((latency + 1) * sizeof(float));
    // A jump brings out a latency's worth beside what waits.
    return fifo_init(&channel->wet, 2 * latency + 2 * (host_room(engine) + BLOCK)) &&
           fifo_init(&channel->dry, latency + BLOCK) &&
           input_history_init(&channel->history, history) && channel->tail;
}

static void channel_free(Channel *channel)
{
    fifo_free(&channel->wet);
    fifo_free(&channel->dry);
    input_history_free(&channel->history);
    free(channel->tail);
}

static bool engine_init(Engine *engine, const Latent *reference, Error *error)
{
    if (reference) {
        if (!latent_fits(reference, engine->model, error)) return false;
        engine->reference = latent_loop(reference, engine->model, error);
        if (!engine->reference) return false;
    }
    engine->stream =
        stream_new(engine->model, engine->reference, engine->channels, engine->host_rate);
    if (!engine->stream) return error_out_of_memory(error);
    if (!resamplers_init(engine, error)) return false;
    engine->latency =
        engine_latency_of(&engine->model->arch, engine->model->sample_rate, engine->host_rate);
    if (engine->latency > ENGINE_LATENCY_MAX)
        return error_set(error, "a latency of %d samples at %g Hz; must be at most %d",
                         engine->latency, engine->host_rate, ENGINE_LATENCY_MAX);
    engine_plan_history(engine);
    for (int c = 0; c < engine->channels; c++)
        if (!channel_allocate(engine, &engine->channel[c])) return error_out_of_memory(error);
    const size_t delay = (size_t)stream_delay(engine->stream);
    engine->gains = malloc(engine->model_room * sizeof(float));
    engine->late_gains = malloc(engine->model_room * sizeof(float));
    engine->details = malloc(engine->model_room * sizeof(float));
    if (!blocks_allocate(engine) || !engine->gains || !engine->late_gains || !engine->details ||
        !fifo_init(&engine->gain_delay, delay + engine->model_room + 1))
        return error_out_of_memory(error);
    engine_reset(engine);
    return true;
}

Engine *engine_new_growing(const Model *model, const Latent *reference, double host_rate,
                           int channels, Error *error)
{
    if (!(host_rate >= MODEL_RATE_MIN && host_rate <= MODEL_RATE_MAX)) {
        error_set(error, "a rate of %g Hz: it must be between %g and %g", host_rate, MODEL_RATE_MIN,
                  MODEL_RATE_MAX);
        return NULL;
    }
    if (channels < 1 || channels > ENGINE_CHANNELS_MAX) {
        error_set(error, "%d channels; there must be 1 to %d", channels, ENGINE_CHANNELS_MAX);
        return NULL;
    }
    if (!engine_limits_check(model, host_rate, error)) return NULL;
    Engine *engine = calloc(1, sizeof *engine);
    if (!engine) {
        error_out_of_memory(error);
        return NULL;
    }
    engine->model = model;
    engine->channels = channels;
    engine->host_rate = host_rate;
    if (engine_init(engine, reference, error)) return engine;
    engine_free(engine);
    return NULL;
}

Engine *engine_new(const Model *model, const Latent *reference, double host_rate, int channels,
                   Error *error)
{
    Engine *engine = engine_new_growing(model, reference, host_rate, channels, error);
    bool reserved = engine != NULL;
    for (int i = 0; reserved && i < stream_latents(engine->stream); i++)
        reserved = latent_ops_reserve(stream_ops(engine->stream, i));
    if (reserved) return engine;
    if (engine) error_out_of_memory(error);
    engine_free(engine);
    return NULL;
}

void engine_free(Engine *engine)
{
    if (!engine) return;
    for (int c = 0; c < engine->channels; c++) channel_free(&engine->channel[c]);
    stream_free(engine->stream);
    resampler_free(engine->down);
    resampler_free(engine->measured_down);
    resampler_free(engine->up);
    free(engine->blocks);
    free(engine->gains);
    free(engine->late_gains);
    free(engine->details);
    fifo_free(&engine->gain_delay);
    latent_free(engine->reference);
    free(engine);
}

int engine_latency(const Engine *engine)
{
    return engine->latency;
}

bool engine_asks_for_room(Engine *engine)
{
    bool asks = false;
    for (int i = 0; i < stream_latents(engine->stream); i++)
        asks = latent_ops_asks_for_room(stream_ops(engine->stream, i)) || asks;
    return asks;
}

bool engine_grow(Engine *engine)
{
    bool grown = true;
    for (int i = 0; i < stream_latents(engine->stream); i++)
        grown = latent_ops_grow(stream_ops(engine->stream, i)) && grown;
    return grown;
}

void engine_watch(Engine *engine, LatentTap *tap)
{
    stream_watch(engine->stream, tap);
}

Latent *engine_capture(Engine *engine, int channel)
{
    if (channel >= stream_latents(engine->stream)) return NULL;
    return latent_capture_copy(latent_ops_capture(stream_ops(engine->stream, channel)));
}

void engine_restore_capture(Engine *engine, int channel, const Latent *latent)
{
    if (channel >= stream_latents(engine->stream)) return;
    latent_capture_restore(latent_ops_capture(stream_ops(engine->stream, channel)), latent);
    engine_reset(engine);
}

// ---- Sound ----

float engine_bounded(float sample)
{
    // In comparisons alone, of which vectors are made.
    const float bounded = sample > ENGINE_CEILING    ? ENGINE_CEILING
                          : sample < -ENGINE_CEILING ? -ENGINE_CEILING
                                                     : sample;
    return fabsf(sample) <= FLT_MAX ? bounded : 0.0f;
}

float engine_finite(float sample)
{
    return fabsf(sample) <= FLT_MAX ? sample : 0.0f;
}

// Keeps a channel's block of input; writes what of it is within bounds.
static void keep_input(Channel *channel, const float *in, float *bounded, size_t n)
{
    float dry[BLOCK];
    kernel_bound(dry, bounded, in, n, ENGINE_CEILING);
    fifo_push(&channel->dry, dry, n);
    input_history_push(&channel->history, bounded, n);
}

// Takes a block of input, in[channel][from, from + n), n <= BLOCK, to the model's rate; returns the
// samples there.
static size_t take_block(Engine *engine, const float *const *in, size_t from, size_t n)
{
    float bounded[ENGINE_CHANNELS_MAX][BLOCK];
    const float *blocks[ENGINE_CHANNELS_MAX];
    for (int c = 0; c < engine->channels; c++) {
        keep_input(&engine->channel[c], in[c] + from, bounded[c], n);
        blocks[c] = bounded[c];
    }
    const size_t given = engine_take_samples(engine, blocks, n);
    if (engine->unmeasured == 0) return given;
    // What comes before the song is not measured: then its samples are the last of the block.
    const size_t song = resampler_process(engine->measured_down, blocks, n, engine->resampled);
    for (int c = 0; c < engine->channels; c++) {
        memcpy(engine->measured[c], engine->model_rate[c], (given - song) * sizeof(float));
        memcpy(engine->measured[c] + given - song, engine->resampled[c], song * sizeof(float));
    }
    return given;
}

typedef struct {
    float wet[BLOCK], gain[BLOCK], enabled[BLOCK], detail[BLOCK];
    float nothing[BLOCK]; // see KernelMix
} Mix;

static void mix_block(Engine *engine, const EngineSettings *settings, Mix *mix, size_t n)
{
    ramp_set(&engine->wet, settings->wet);
    ramp_set(&engine->gain, settings->gain);
    ramp_set(&engine->enabled, settings->enabled ? 1.0f : 0.0f);
    ramp_set(&engine->detail, front_dry_share(engine->model, settings->detail));
    ramp_fill(&engine->wet, mix->wet, n);
    ramp_fill(&engine->gain, mix->gain, n);
    ramp_fill(&engine->enabled, mix->enabled, n);
    ramp_fill(&engine->detail, mix->detail, n);
    for (size_t i = 0; i < n; i++) mix->nothing[i] = mix->detail[i] == 1.0f ? 0.0f : NAN;
}

static void channel_write(const Engine *engine, Channel *channel, const Mix *mix, float *out,
                          size_t n)
{
    float wet_room[BLOCK], dry_room[BLOCK];
    float *decoded = fifo_take(&channel->wet, wet_room, n);
    const float *dry = fifo_take(&channel->dry, dry_room, n);
    engine_fade_tail(engine, channel, decoded, n);
    const KernelMix samples = {
        .dry = dry,
        .added = decoded,
        .share = mix->detail,
        .nothing = mix->nothing,
        .wet = mix->wet,
        .gain = mix->gain,
        .enabled = mix->enabled,
        .most = ENGINE_CEILING,
    };
    kernel_mix(&samples, out, n);
}

void engine_process(Engine *engine, const EngineSettings *settings, const float *const *in,
                    float *const *out, size_t n)
{
    const DenormalsState before = denormals_off();
    engine->last = *settings;
    if (n > 0 && !engine->located) engine_begin(engine, settings, 0, 0, true);
    engine->fed = engine->fed || n > 0;
    for (size_t at = 0; at < n;) {
        const size_t block = n - at < BLOCK ? n - at : BLOCK;
        Mix mix;
        mix_block(engine, settings, &mix, block);
        // All channels are read before any is written: an output may be another channel's input.
        engine_process_block(engine, settings, take_block(engine, in, at, block));
        for (int c = 0; c < engine->channels; c++)
            channel_write(engine, &engine->channel[c], &mix, out[c] + at, block);
        if (engine->tail_at < engine->tail_length) engine->tail_at += block;
        at += block;
    }
    denormals_restore(before);
}
