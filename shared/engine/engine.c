#include "engine/engine.h"

#include "engine/auto_gain.h"
#include "math/denormals.h"
#include "math/fifo.h"
#include "math/resample.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 };      // samples at the host's rate
#define RAMP_SECONDS 0.02 // of detail, dry/wet, gain and bypass

// What is made of one channel. At the model's rate a block has as many samples in each channel.
typedef struct {
    Resampler *down, *up; // NULL where the host runs at the model's rate
    float *model_rate; // a block at the model's rate: the input, then what the stream makes of it
    float *resampled;  // at the host's rate
    size_t model_skip; // decoded samples that stand for times before the signal
    size_t host_skip;  // the same at the host's rate
    Fifo wet, dry;
} Channel;

struct Engine {
    const Model *model;
    Latent *reference; // looped, or NULL
    Stream *stream;
    int channels;
    int latency;
    double host_rate;
    size_t model_room; // samples at the model's rate that a block can have
    AutoGain auto_gain;
    float *gains, *late_gains; // of a block at the model's rate: going in, coming out
    float *details;
    Fifo gain_delay;
    Ramp wet, gain, enabled, detail, model_detail;
    EngineSettings last; // of the last engine_process()
    bool fed;            // there has been one since the last engine_reset()
    Channel channel[ENGINE_CHANNELS_MAX];
};

// ---- Making and freeing ----

// Host output sample j needs model-rate samples up to floor(j r) + up's lookahead, r being model
// rate / host rate; each of these comes `delay` model-rate samples after its input; which needs
// host samples up to down's lookahead after its time.
static int compute_latency(const Engine *engine)
{
    const Channel *channel = &engine->channel[0];
    const int delay = stream_delay(engine->stream);
    if (!channel->down) return delay;
    // In thousandths of a hertz, as the resamplers count: a wait that is whole comes out whole.
    const int64_t rate = llround(engine->model->sample_rate * 1e3);
    const int64_t host = llround(engine->host_rate * 1e3);
    const int64_t wait = (resampler_lookahead(channel->up) + delay) * host / rate;
    return (int)wait + resampler_lookahead(channel->down);
}

static bool resamplers_init(Engine *engine, Channel *channel, Error *error)
{
    const double host = engine->host_rate, rate = engine->model->sample_rate;
    if (host == rate) return true;
    channel->down = resampler_new(host, rate, error);
    channel->up = channel->down ? resampler_new(rate, host, error) : NULL;
    if (!channel->up) return false;
    engine->model_room = resampler_output_max(channel->down, BLOCK);
    return true;
}

static bool channel_init(Engine *engine, Channel *channel, Error *error)
{
    if (!resamplers_init(engine, channel, error)) return false;
    const size_t model_room = engine->model_room;
    const size_t host_room = channel->up ? resampler_output_max(channel->up, model_room) : BLOCK;
    channel->model_rate = malloc(model_room * sizeof(float));
    channel->resampled = malloc(host_room * sizeof(float));
    if (!channel->model_rate || !channel->resampled) return error_out_of_memory(error);
    // engine_locate() brings out a latency's worth beside what waits.
    const size_t latency = (size_t)compute_latency(engine);
    if (!fifo_init(&channel->wet, 2 * latency + 2 * (host_room + BLOCK)) ||
        !fifo_init(&channel->dry, latency + BLOCK))
        return error_out_of_memory(error);
    return true;
}

static void channel_free(Channel *channel)
{
    resampler_free(channel->down);
    resampler_free(channel->up);
    free(channel->model_rate);
    free(channel->resampled);
    fifo_free(&channel->wet);
    fifo_free(&channel->dry);
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
    for (int c = 0; c < engine->channels; c++)
        if (!channel_init(engine, &engine->channel[c], error)) return false;
    engine->latency = compute_latency(engine);
    if (engine->latency > ENGINE_LATENCY_MAX)
        return error_set(error, "a latency of %d samples at %g Hz; at most %d can be",
                         engine->latency, engine->host_rate, ENGINE_LATENCY_MAX);
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
    stream_reset(engine->stream, CODEC_ENDLESS);
}

// ---- At the model's rate ----

// The block's gains and details, the same for all channels; each channel's input stands in
// model_rate.
static void set_gains(Engine *engine, const EngineSettings *settings, size_t n)
{
    const float *inputs[ENGINE_CHANNELS_MAX];
    for (int c = 0; c < engine->channels; c++) inputs[c] = engine->channel[c].model_rate;
    auto_gain_process(&engine->auto_gain, settings->auto_gain, inputs, engine->channels,
                      engine->gains, n);
    fifo_push(&engine->gain_delay, engine->gains, n);
    fifo_pop(&engine->gain_delay, engine->late_gains, n);
    ramp_set(&engine->model_detail, settings->detail);
    ramp_fill(&engine->model_detail, engine->details, n);
}

// From each channel's input in model_rate to what is added to its dry signal.
static void stream_block(Engine *engine, const EngineSettings *settings, size_t n)
{
    const float *in[ENGINE_CHANNELS_MAX];
    float *out[ENGINE_CHANNELS_MAX];
    for (int c = 0; c < engine->channels; c++) {
        out[c] = engine->channel[c].model_rate;
        in[c] = out[c];
        for (size_t i = 0; i < n; i++) out[c][i] *= engine->gains[i];
    }
    stream_process(engine->stream, &settings->latent, engine->details, in, out, n);
    for (int c = 0; c < engine->channels; c++)
        for (size_t i = 0; i < n; i++) out[c][i] /= engine->late_gains[i];
}

// Takes a block of decoded samples to the host's rate and queues it.
static void queue_block(Channel *channel, size_t n)
{
    const size_t early = channel->model_skip < n ? channel->model_skip : n;
    channel->model_skip -= early;
    const float *made = channel->model_rate + early;
    n -= early;
    if (channel->up) {
        n = resampler_process(channel->up, made, n, channel->resampled);
        made = channel->resampled;
    }
    const size_t skipped = channel->host_skip < n ? channel->host_skip : n;
    channel->host_skip -= skipped;
    fifo_push(&channel->wet, made + skipped, n - skipped);
}

static void process_model_rate(Engine *engine, const EngineSettings *settings, size_t n)
{
    set_gains(engine, settings, n);
    stream_block(engine, settings, n);
    for (int c = 0; c < engine->channels; c++) queue_block(&engine->channel[c], n);
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

// Takes a block of input, at most BLOCK samples, to the model's rate; returns the samples there.
static size_t take_block(Channel *channel, const float *in, size_t n)
{
    float clean[BLOCK];
    for (size_t i = 0; i < n; i++) clean[i] = engine_bounded(in[i]);
    fifo_push(&channel->dry, clean, n);
    if (channel->down) return resampler_process(channel->down, clean, n, channel->model_rate);
    memcpy(channel->model_rate, clean, n * sizeof(float));
    return n;
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

static void channel_write(Channel *channel, const Mix *mix, float *out, size_t n)
{
    float decoded[BLOCK], dry[BLOCK];
    fifo_pop(&channel->wet, decoded, n);
    fifo_pop(&channel->dry, dry, n);
    for (size_t i = 0; i < n; i++) {
        // Nothing added to the dry signal leaves it as it is, the sign of a zero included.
        const bool rest = decoded[i] == 0.0f && mix->detail[i] == 1.0f;
        const float wet = rest ? dry[i] : decoded[i] + mix->detail[i] * dry[i];
        // At either end of a control one of the two comes out as it is, without rounding.
        const float both = (1.0f - mix->wet[i]) * dry[i] + mix->wet[i] * wet;
        const float mixed = engine_bounded(mix->gain[i] * both);
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
    engine->fed = engine->fed || n > 0;
    for (size_t at = 0; at < n;) {
        const size_t block = n - at < BLOCK ? n - at : BLOCK;
        Mix mix;
        mix_block(engine, settings, &mix, block);
        // All channels are read before any is written: an output may be another channel's input.
        size_t given = 0;
        for (int c = 0; c < engine->channels; c++)
            given = take_block(&engine->channel[c], in[c] + at, block);
        process_model_rate(engine, settings, given);
        for (int c = 0; c < engine->channels; c++)
            channel_write(&engine->channel[c], &mix, out[c] + at, block);
        at += block;
    }
    denormals_restore(before);
}

// ---- Position ----

// Feeds the channels with `n` zeros at the model's rate.
static void feed_zeros(Engine *engine, const EngineSettings *settings, size_t n)
{
    while (n > 0) {
        const size_t block = n < engine->model_room ? n : engine->model_room;
        for (int c = 0; c < engine->channels; c++)
            memset(engine->channel[c].model_rate, 0, block * sizeof(float));
        process_model_rate(engine, settings, block);
        n -= block;
    }
}

// Brings out what went in last and is still inside, by zeros at the host's rate.
static void flush(Engine *engine)
{
    const float zeros[BLOCK] = {0};
    for (size_t left = (size_t)engine->latency; left > 0;) {
        const size_t block = left < BLOCK ? left : BLOCK;
        size_t given = block;
        for (int c = 0; c < engine->channels; c++) {
            Channel *channel = &engine->channel[c];
            if (channel->down)
                given = resampler_process(channel->down, zeros, block, channel->model_rate);
            else
                memset(channel->model_rate, 0, block * sizeof(float));
        }
        process_model_rate(engine, &engine->last, given);
        left -= block;
    }
    for (int c = 0; c < engine->channels; c++)
        fifo_cut(&engine->channel[c].wet, (size_t)engine->latency);
}

// The frame to start with, for a place of the song, `sample` at the model's rate: the last that
// begins there or before. Where it begins right there and the place itself lies a little earlier,
// at no sample of the model's, the host's sample at that place needs the frame before.
static uint64_t first_frame(const Channel *channel, uint64_t hop, uint64_t position,
                            uint64_t sample)
{
    const uint64_t frame = sample / hop;
    if (!channel->up || frame == 0) return frame;
    resampler_reset(channel->up, frame * hop);
    return resampler_position(channel->up) > position ? frame - 1 : frame;
}

// Starts the streams at a place of the song. The network's frames lie at whole hops from the song's
// beginning, so the stream begins at one of these and is fed zeros up to the place itself.
static void start_at(Engine *engine, const EngineSettings *settings, uint64_t position)
{
    const Channel *first = &engine->channel[0];
    if (first->down) resampler_reset(first->down, position);
    const uint64_t sample = first->down ? resampler_position(first->down) : position;
    const uint64_t hop = (uint64_t)arch_hop(&engine->model->arch);
    const uint64_t frame = first_frame(first, hop, position, sample), start = frame * hop;
    stream_locate(engine->stream, frame);
    for (int c = 0; c < engine->channels; c++) {
        Channel *channel = &engine->channel[c];
        channel->model_skip = (size_t)stream_delay(engine->stream);
        channel->host_skip = (size_t)(position - start);
        if (channel->down) {
            resampler_reset(channel->down, position);
            resampler_reset(channel->up, start);
            channel->host_skip = (size_t)(position - resampler_position(channel->up));
        }
    }
    auto_gain_locate(&engine->auto_gain, start);
    fifo_reset(&engine->gain_delay, 0);
    for (int i = stream_delay(engine->stream); i > 0; i--)
        fifo_push(&engine->gain_delay, &engine->auto_gain.gain, 1);
    feed_zeros(engine, settings, (size_t)(sample - start));
}

// Forgets all that was decoded, and where the controls stood.
static void forget(Engine *engine)
{
    const int steps = (int)lround(RAMP_SECONDS * engine->host_rate);
    ramp_init(&engine->wet, steps);
    ramp_init(&engine->gain, steps);
    ramp_init(&engine->enabled, steps);
    ramp_init(&engine->detail, steps);
    ramp_init(&engine->model_detail, (int)lround(RAMP_SECONDS * engine->model->sample_rate));
    auto_gain_init(&engine->auto_gain, front_level(engine->model), engine->model->sample_rate);
    engine->fed = false;
    stream_reset(engine->stream, CODEC_ENDLESS);
    for (int c = 0; c < engine->channels; c++)
        fifo_reset(&engine->channel[c].wet, (size_t)engine->latency);
}

void engine_start(Engine *engine, const EngineSettings *settings, uint64_t position)
{
    forget(engine);
    // Until something is decoded of the song the dry signal stands for it.
    ramp_hold(&engine->detail, 1.0f, engine->latency);
    ramp_hold(&engine->model_detail, 1.0f, stream_delay(engine->stream));
    const DenormalsState before = denormals_off();
    start_at(engine, settings, position);
    denormals_restore(before);
}

void engine_reset(Engine *engine)
{
    static const EngineSettings neutral = {ENGINE_NEUTRAL};
    for (int c = 0; c < engine->channels; c++)
        fifo_reset(&engine->channel[c].dry, (size_t)engine->latency);
    forget(engine);
    start_at(engine, &neutral, 0);
}

void engine_locate(Engine *engine, const EngineSettings *settings, uint64_t position)
{
    const DenormalsState before = denormals_off();
    if (engine->fed) flush(engine);
    start_at(engine, settings, position);
    denormals_restore(before);
}
