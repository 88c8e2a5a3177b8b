#include "engine/engine_latency.h"
#include "engine/engine_state.h"
#include "math/denormals.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Making and freeing ----

static bool resamplers_init(Engine *engine, Channel *channel, Error *error)
{
    const double host = engine->host_rate, rate = engine->model->sample_rate;
    if (host == rate) return true;
    channel->down = resampler_new(host, rate, error);
    channel->measured_down = channel->down ? resampler_new(host, rate, error) : NULL;
    channel->up = channel->measured_down ? resampler_new(rate, host, error) : NULL;
    if (!channel->up) return false;
    engine->model_room = resampler_output_max(channel->down, BLOCK);
    return true;
}

static bool channel_allocate(const Engine *engine, Channel *channel)
{
    const size_t model_room = engine->model_room, latency = (size_t)engine->latency;
    const size_t host_room = channel->up ? resampler_output_max(channel->up, model_room) : BLOCK;
    const size_t recent = latency + (size_t)ceil(RECENT_SECONDS * engine->host_rate);
    const size_t history = engine->history > recent ? engine->history : recent;
    channel->model_rate = malloc(model_room * sizeof(float));
    channel->resampled = malloc((host_room > model_room ? host_room : model_room) * sizeof(float));
    channel->measured = malloc(model_room * sizeof(float));
    channel->tail = malloc((latency + 1) * sizeof(float));
    // A jump brings out a latency's worth beside what waits.
    return fifo_init(&channel->wet, 2 * latency + 2 * (host_room + BLOCK)) &&
           fifo_init(&channel->dry, latency + BLOCK) &&
           input_history_init(&channel->history, history) && channel->model_rate &&
           channel->resampled && channel->measured && channel->tail;
}

static void channel_free(Channel *channel)
{
    resampler_free(channel->down);
    resampler_free(channel->measured_down);
    resampler_free(channel->up);
    free(channel->model_rate);
    free(channel->resampled);
    free(channel->measured);
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
    engine->model_room = BLOCK;
    for (int c = 0; c < engine->channels; c++) {
        Channel *channel = &engine->channel[c];
        if (!resamplers_init(engine, channel, error)) return false;
    }
    const Channel *first = &engine->channel[0];
    engine->latency =
        engine_latency_between(engine->model, engine->host_rate, first->down, first->up);
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
    if (!engine->gains || !engine->late_gains || !engine->details ||
        !fifo_init(&engine->gain_delay, delay + engine->model_room + 1))
        return error_out_of_memory(error);
    engine_reset(engine);
    return true;
}

Engine *engine_new(const Model *model, const Latent *reference, double host_rate, int channels,
                   Error *error)
{
    if (!(host_rate >= MODEL_RATE_MIN && host_rate <= MODEL_RATE_MAX)) {
        error_set(error, "a rate of %g Hz: it must be between %g and %g", host_rate, MODEL_RATE_MIN,
                  MODEL_RATE_MAX);
        return NULL;
    }
    if (channels < 1 || channels > ENGINE_CHANNELS_MAX) {
        error_set(error, "%d channels; 1 to %d can be", channels, ENGINE_CHANNELS_MAX);
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

void engine_free(Engine *engine)
{
    if (!engine) return;
    for (int c = 0; c < engine->channels; c++) channel_free(&engine->channel[c]);
    stream_free(engine->stream);
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

Latent *engine_capture(Engine *engine, int channel)
{
    if (channel >= stream_latents(engine->stream)) return NULL;
    return latent_capture_copy(stream_capture(engine->stream, channel));
}

void engine_restore_capture(Engine *engine, int channel, const Latent *latent)
{
    if (channel >= stream_latents(engine->stream)) return;
    latent_capture_restore(stream_capture(engine->stream, channel), latent);
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

// Takes a block of input, at most BLOCK samples, to the model's rate; returns the samples there.
static size_t take_block(const Engine *engine, Channel *channel, const float *in, size_t n)
{
    float dry[BLOCK], bounded[BLOCK];
    for (size_t i = 0; i < n; i++) {
        dry[i] = engine_finite(in[i]);
        bounded[i] = engine_bounded(in[i]);
    }
    fifo_push(&channel->dry, dry, n);
    input_history_push(&channel->history, bounded, n);
    const size_t given = engine_take_samples(channel, bounded, n);
    if (engine->unmeasured > 0) {
        // What comes before the song is not measured: then its samples are the last of the block.
        memcpy(channel->measured, channel->model_rate, given * sizeof(float));
        const size_t song =
            resampler_process(channel->measured_down, bounded, n, channel->resampled);
        memcpy(channel->measured + given - song, channel->resampled, song * sizeof(float));
    }
    return given;
}

typedef struct {
    float wet[BLOCK], gain[BLOCK], enabled[BLOCK], detail[BLOCK];
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
}

// Bounds what comes out, but for a dry signal that is louder by itself: that passes as it is.
static float bounded_mix(float mixed, float dry)
{
    const float most = fmaxf(ENGINE_CEILING, fabsf(dry));
    return mixed > most ? most : mixed < -most ? -most : mixed;
}

static void channel_write(const Engine *engine, Channel *channel, const Mix *mix, float *out,
                          size_t n)
{
    float decoded[BLOCK], dry[BLOCK];
    fifo_pop(&channel->wet, decoded, n);
    fifo_pop(&channel->dry, dry, n);
    engine_fade_tail(engine, channel, decoded, n);
    for (size_t i = 0; i < n; i++) {
        // Nothing added to the dry signal leaves it as it is, the sign of a zero included.
        const float added = engine_finite(decoded[i]);
        const bool rest = added == 0.0f && mix->detail[i] == 1.0f;
        const float wet = rest ? dry[i] : added + mix->detail[i] * dry[i];
        // At either end of a control one of the two comes out as it is, without rounding.
        const float both = (1.0f - mix->wet[i]) * dry[i] + mix->wet[i] * wet;
        const float mixed = bounded_mix(engine_finite(mix->gain[i] * both), dry[i]);
        out[i] = mix->enabled[i] == 0.0f   ? dry[i]
                 : mix->enabled[i] == 1.0f ? mixed
                                           : dry[i] + mix->enabled[i] * (mixed - dry[i]);
    }
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
        size_t given = 0;
        for (int c = 0; c < engine->channels; c++)
            given = take_block(engine, &engine->channel[c], in[c] + at, block);
        engine_process_block(engine, settings, given);
        for (int c = 0; c < engine->channels; c++)
            channel_write(engine, &engine->channel[c], &mix, out[c] + at, block);
        if (engine->tail_at < engine->tail_length) engine->tail_at += block;
        at += block;
    }
    denormals_restore(before);
}
