#include "engine/engine_state.h"

#include <string.h>

size_t engine_take_samples(Engine *engine, const float *const *samples, size_t n)
{
    if (engine->down) return resampler_process(engine->down, samples, n, engine->model_rate);
    for (int c = 0; c < engine->channels; c++)
        memcpy(engine->model_rate[c], samples[c], n * sizeof(float));
    return n;
}

// Sets the block's gains and details, the same for all channels; each channel's input stands in
// model_rate. Returns the gains that what comes out had when it went in.
static const float *set_gains(Engine *engine, const EngineSettings *settings, size_t n)
{
    const float *inputs[ENGINE_CHANNELS_MAX];
    for (int c = 0; c < engine->channels; c++)
        inputs[c] = engine->unmeasured > 0 ? engine->measured[c] : engine->model_rate[c];
    engine->unmeasured -= n < engine->unmeasured ? n : engine->unmeasured;
    auto_gain_process(&engine->auto_gain, settings->auto_gain, inputs, engine->channels,
                      engine->gains, n);
    fifo_push(&engine->gain_delay, engine->gains, n);
    ramp_set(&engine->model_detail, settings->detail);
    ramp_fill(&engine->model_detail, engine->details, n);
    return fifo_take(&engine->gain_delay, engine->late_gains, n);
}

// Turns each channel's input in model_rate into what is added to its dry signal.
static void stream_block(Engine *engine, const EngineSettings *settings, size_t n)
{
    const float *late_gains = set_gains(engine, settings, n);
    float *const *blocks = engine->model_rate;
    const float *in[ENGINE_CHANNELS_MAX];
    for (int c = 0; c < engine->channels; c++) {
        in[c] = blocks[c];
        for (size_t i = 0; i < n; i++) blocks[c][i] *= engine->gains[i];
    }
    stream_process(engine->stream, &settings->latent, engine->details, in, blocks, n);
    for (int c = 0; c < engine->channels; c++)
        for (size_t i = 0; i < n; i++) blocks[c][i] /= late_gains[i];
}

// Takes a block of decoded samples to the host's rate and queues it.
static void queue_block(Engine *engine, size_t n)
{
    const size_t early = engine->model_skip < n ? engine->model_skip : n;
    engine->model_skip -= early;
    n -= early;
    const float *made[ENGINE_CHANNELS_MAX];
    for (int c = 0; c < engine->channels; c++) made[c] = engine->model_rate[c] + early;
    if (engine->up) {
        n = resampler_process(engine->up, made, n, engine->resampled);
        for (int c = 0; c < engine->channels; c++) made[c] = engine->resampled[c];
    }
    const size_t skipped = engine->host_skip < n ? engine->host_skip : n;
    engine->host_skip -= skipped;
    for (int c = 0; c < engine->channels; c++)
        fifo_push(&engine->channel[c].wet, made[c] + skipped, n - skipped);
}

void engine_process_block(Engine *engine, const EngineSettings *settings, size_t n)
{
    stream_block(engine, settings, n);
    queue_block(engine, n);
}
