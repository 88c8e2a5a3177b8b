#include "engine/engine_state.h"

#include <string.h>

size_t engine_take_samples(Channel *channel, const float *samples, size_t n)
{
    if (channel->down) return resampler_process(channel->down, samples, n, channel->model_rate);
    memcpy(channel->model_rate, samples, n * sizeof(float));
    return n;
}

// The block's gains and details, the same for all channels; each channel's input
// stands in model_rate.
static void set_gains(Engine *engine, const EngineSettings *settings, size_t n)
{
    const float *inputs[ENGINE_CHANNELS_MAX];
    for (int c = 0; c < engine->channels; c++) {
        const Channel *channel = &engine->channel[c];
        inputs[c] = engine->unmeasured > 0 ? channel->measured : channel->model_rate;
    }
    engine->unmeasured -= n < engine->unmeasured ? n : engine->unmeasured;
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

void engine_process_block(Engine *engine, const EngineSettings *settings, size_t n)
{
    set_gains(engine, settings, n);
    stream_block(engine, settings, n);
    for (int c = 0; c < engine->channels; c++) queue_block(&engine->channel[c], n);
}
