#include "engine.h"

#include "denormals.h"
#include "resample.h"
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 };      // samples at the host's rate
#define RAMP_SECONDS 0.02 // of dry/wet, gain and bypass
#define INPUT_MAX                                                                                  \
    8.0f // 18 dB over full scale: what is louder would only test the network's overflow

// A delay line that is fed and read in blocks.
typedef struct {
    float *samples;
    size_t size, head, count;
} Fifo;

typedef struct {
    Resampler *down, *up; // NULL where the host runs at the model's rate
    Stream *stream;
    float *model_rate;  // a block at the model's rate
    size_t model_room;  // its length
    float *resampled;   // what comes of it at the host's rate
    size_t stream_skip; // decoded samples that stand for times before the signal
    Fifo wet, dry;
} Channel;

struct Engine {
    Model *model;
    Latent *reference; // looped, or NULL
    int channels;
    int latency;
    double host_rate;
    Ramp wet, gain, enabled;
    Channel channel[ENGINE_CHANNELS_MAX];
};

// ---- Fifo ----

static bool fifo_init(Fifo *fifo, size_t size)
{
    *fifo = (Fifo){.samples = calloc(size, sizeof(float)), .size = size};
    return fifo->samples != NULL;
}

// Fills it with `delay` zeros.
static void fifo_reset(Fifo *fifo, size_t delay)
{
    memset(fifo->samples, 0, fifo->size * sizeof(float));
    fifo->head = 0;
    fifo->count = delay;
}

static void fifo_push(Fifo *fifo, const float *samples, size_t n)
{
    size_t at = (fifo->head + fifo->count) % fifo->size;
    fifo->count += n;
    for (size_t i = 0; i < n; i++) {
        fifo->samples[at] = samples[i];
        if (++at == fifo->size) at = 0;
    }
}

static void fifo_pop(Fifo *fifo, float *samples, size_t n)
{
    fifo->count -= n;
    for (size_t i = 0; i < n; i++) {
        samples[i] = fifo->samples[fifo->head];
        if (++fifo->head == fifo->size) fifo->head = 0;
    }
}

// ---- Making and freeing ----

// Host output sample j needs model-rate samples up to floor(j r) + up's lookahead, r being model
// rate / host rate; each of these comes `delay` model-rate samples after its input; which needs
// host samples up to down's lookahead after its time. One sample more is kept for the rounding of
// the converter's clock, which moves by 2^-52 of a sample each sample.
static int compute_latency(const Engine *engine)
{
    const Channel *channel = &engine->channel[0];
    const int delay = stream_delay(channel->stream);
    if (!channel->down) return delay;
    const double ratio = engine->model->sample_rate / engine->host_rate;
    const double wait = (resampler_lookahead(channel->up) + delay) / ratio;
    return (int)floor(wait) + resampler_lookahead(channel->down) + 1;
}

static bool channel_init(const Engine *engine, Channel *channel, uint32_t index, Error *error)
{
    const double host = engine->host_rate, rate = engine->model->sample_rate;
    channel->model_room = BLOCK;
    size_t host_room = BLOCK;
    if (host != rate) {
        channel->down = resampler_new(host, rate, error);
        channel->up = channel->down ? resampler_new(rate, host, error) : NULL;
        if (!channel->up) return false;
        channel->model_room = resampler_output_max(channel->down, BLOCK);
        host_room = resampler_output_max(channel->up, channel->model_room);
    }
    channel->stream = stream_new(engine->model, engine->reference, index);
    channel->model_rate = malloc(channel->model_room * sizeof(float));
    channel->resampled = malloc(host_room * sizeof(float));
    if (!channel->stream || !channel->model_rate || !channel->resampled)
        return error_set(error, "out of memory");
    const size_t size = (size_t)compute_latency(engine) + host_room + BLOCK;
    if (!fifo_init(&channel->wet, size) || !fifo_init(&channel->dry, size))
        return error_set(error, "out of memory");
    return true;
}

static void channel_free(Channel *channel)
{
    resampler_free(channel->down);
    resampler_free(channel->up);
    stream_free(channel->stream);
    free(channel->model_rate);
    free(channel->resampled);
    free(channel->wet.samples);
    free(channel->dry.samples);
}

static bool engine_init(Engine *engine, const Latent *reference, Error *error)
{
    if (reference) {
        if (!latent_fits(reference, engine->model, error)) return false;
        engine->reference = latent_loop(reference, engine->model, error);
        if (!engine->reference) return false;
    }
    for (int c = 0; c < engine->channels; c++)
        if (!channel_init(engine, &engine->channel[c], (uint32_t)c, error)) return false;
    engine->latency = compute_latency(engine);
    if (engine->latency > ENGINE_LATENCY_MAX)
        return error_set(error, "a latency of %d samples at %g Hz; at most %d can be",
                         engine->latency, engine->host_rate, ENGINE_LATENCY_MAX);
    engine_reset(engine);
    return true;
}

Engine *engine_new(Model *model, const Latent *reference, double host_rate, int channels,
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
    Engine *engine = calloc(1, sizeof *engine);
    if (!engine) {
        error_set(error, "out of memory");
        return NULL;
    }
    engine->model = model_ref(model);
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
    latent_free(engine->reference);
    model_unref(engine->model);
    free(engine);
}

static void channel_reset(Channel *channel, size_t latency)
{
    if (channel->down) {
        resampler_reset(channel->down);
        resampler_reset(channel->up);
        channel->stream_skip = (size_t)stream_delay(channel->stream);
    }
    stream_reset(channel->stream, CODEC_ENDLESS);
    // Without resamplers the stream's own delay is the whole latency.
    fifo_reset(&channel->wet, channel->down ? latency : 0);
    fifo_reset(&channel->dry, latency);
}

void engine_reset(Engine *engine)
{
    const int steps = (int)lround(RAMP_SECONDS * engine->host_rate);
    ramp_init(&engine->wet, steps);
    ramp_init(&engine->gain, steps);
    ramp_init(&engine->enabled, steps);
    for (int c = 0; c < engine->channels; c++)
        channel_reset(&engine->channel[c], (size_t)engine->latency);
}

int engine_latency(const Engine *engine)
{
    return engine->latency;
}

Model *engine_model(const Engine *engine)
{
    return engine->model;
}

// ---- Sound ----

// Feeds one block through resamplers and stream into the channel's wet fifo.
static void channel_feed(Channel *channel, const LatentSettings *settings, const float *in,
                         size_t n)
{
    float *const model_rate = channel->model_rate;
    if (!channel->down) {
        stream_process(channel->stream, settings, in, model_rate, n);
        fifo_push(&channel->wet, model_rate, n);
        return;
    }
    const size_t given = resampler_process(channel->down, in, n, model_rate);
    stream_process(channel->stream, settings, model_rate, model_rate, given);
    const size_t skipped = channel->stream_skip < given ? channel->stream_skip : given;
    channel->stream_skip -= skipped;
    const size_t made =
        resampler_process(channel->up, model_rate + skipped, given - skipped, channel->resampled);
    fifo_push(&channel->wet, channel->resampled, made);
}

// Reads one block of input into the channel's dry fifo and through the wet path.
static void channel_read(Channel *channel, const LatentSettings *settings, const float *in,
                         size_t n)
{
    float clean[BLOCK];
    for (size_t i = 0; i < n; i++) clean[i] = isfinite(in[i]) ? in[i] : 0.0f;
    fifo_push(&channel->dry, clean, n);
    for (size_t i = 0; i < n; i++) clean[i] = fminf(fmaxf(clean[i], -INPUT_MAX), INPUT_MAX);
    channel_feed(channel, settings, clean, n);
}

typedef struct {
    float wet[BLOCK], gain[BLOCK], enabled[BLOCK];
} Mix;

static void mix_block(Engine *engine, const EngineSettings *settings, Mix *mix, size_t n)
{
    ramp_set(&engine->wet, settings->wet);
    ramp_set(&engine->gain, settings->gain);
    ramp_set(&engine->enabled, settings->enabled ? 1.0f : 0.0f);
    for (size_t i = 0; i < n; i++) {
        mix->wet[i] = ramp_next(&engine->wet);
        mix->gain[i] = ramp_next(&engine->gain);
        mix->enabled[i] = ramp_next(&engine->enabled);
    }
}

static void channel_write(Channel *channel, const Mix *mix, float *out, size_t n)
{
    float wet[BLOCK], dry[BLOCK];
    fifo_pop(&channel->wet, wet, n);
    fifo_pop(&channel->dry, dry, n);
    for (size_t i = 0; i < n; i++) {
        const float decoded = isfinite(wet[i]) ? wet[i] : 0.0f;
        // At either end of the control one of the two comes out as it is, without rounding.
        const float both = (1.0f - mix->wet[i]) * dry[i] + mix->wet[i] * decoded;
        const float mixed = mix->gain[i] * both;
        // Bypassed, the dry signal comes out as it is, not as the rounded sum of a cross-fade.
        out[i] = mix->enabled[i] == 0.0f   ? dry[i]
                 : mix->enabled[i] == 1.0f ? mixed
                                           : dry[i] + mix->enabled[i] * (mixed - dry[i]);
    }
}

void engine_process(Engine *engine, const EngineSettings *settings, const float *const *in,
                    float *const *out, size_t n)
{
    const DenormalsState before = denormals_off();
    for (size_t at = 0; at < n;) {
        const size_t block = n - at < BLOCK ? n - at : BLOCK;
        Mix mix;
        mix_block(engine, settings, &mix, block);
        // All channels are read before any is written: an output may be another channel's input.
        for (int c = 0; c < engine->channels; c++)
            channel_read(&engine->channel[c], &settings->latent, in[c] + at, block);
        for (int c = 0; c < engine->channels; c++)
            channel_write(&engine->channel[c], &mix, out[c] + at, block);
        at += block;
    }
    denormals_restore(before);
}
