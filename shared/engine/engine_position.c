#include "engine/engine_state.h"
#include "math/denormals.h"

#include <math.h>
#include <string.h>

// Plans a history so long that what comes out at once is as if the stream had always been there,
// but of no more work than a jump may take.
void engine_plan_history(Engine *engine)
{
    const double ratio = engine->host_rate / engine->model->sample_rate;
    const double hop = arch_hop(&engine->model->arch);
    const double work = engine_work(engine->model) / engine->model->sample_rate; // per sample
    const double least = 2.0 * hop;
    double samples = (double)codec_memory(engine->model) + 2.0 * hop + engine->latency / ratio;
    if (engine->up) samples += resampler_lookahead(engine->up);
    samples = fmin(samples, HISTORY_SECONDS_MAX * engine->model->sample_rate);
    samples = fmin(samples, ENGINE_JUMP_MAX / work);
    samples = ceil(fmax(samples, least) * ratio) + 2.0;
    engine->history = (size_t)samples;
    if (engine->down) engine->history += (size_t)resampler_lookahead(engine->down);
    if (engine->history < (size_t)engine->latency) engine->history = (size_t)engine->latency;

    // A bias of whole frames that is a whole number of samples at both rates.
    uint64_t host = 1, model = 1;
    if (engine->down) {
        host = (uint64_t)llround(engine->host_rate * 1e3);
        model = (uint64_t)llround(engine->model->sample_rate * 1e3);
        uint64_t a = host, b = model;
        while (b > 0) {
            const uint64_t rest = a % b;
            a = b;
            b = rest;
        }
        host /= a;
        model /= a;
    }
    const uint64_t frames = (uint64_t)hop, times = engine->history / (host * frames) + 1;
    engine->host_bias = host * frames * times;
    engine->model_bias = model * frames * times;
}

void engine_fade_tail(const Engine *engine, const Channel *channel, float *decoded, size_t n)
{
    for (size_t i = 0, at = engine->tail_at; i < n && at < engine->tail_length; i++, at++) {
        const size_t risen = at < engine->fade_at ? 0 : at - engine->fade_at + 1;
        if (risen > engine->fade_length) break;
        const float gain = (float)risen / (float)(engine->fade_length + 1);
        decoded[i] = channel->tail[at] + gain * (decoded[i] - channel->tail[at]);
    }
}

// Makes a tail of what went in last and is still inside, by zeros at the host's rate. A tail that
// has not come out to its end is faded into it.
static void make_tail(Engine *engine, bool fade_first)
{
    static const float zeros[BLOCK];
    const float *silence[ENGINE_CHANNELS_MAX];
    const size_t latency = (size_t)engine->latency;
    for (int c = 0; c < engine->channels; c++) silence[c] = zeros;
    stream_hold(engine->stream);
    for (size_t left = latency; left > 0;) {
        const size_t block = left < BLOCK ? left : BLOCK;
        engine_process_block(engine, &engine->last, engine_take_samples(engine, silence, block));
        left -= block;
    }
    for (int c = 0; c < engine->channels; c++) {
        Channel *channel = &engine->channel[c];
        float tail[BLOCK];
        const size_t from = engine->tail_at;
        for (size_t at = 0; at < latency; at += BLOCK) {
            const size_t block = latency - at < BLOCK ? latency - at : BLOCK;
            fifo_pop(&channel->wet, tail, block);
            if (engine->tail_at < engine->tail_length)
                engine_fade_tail(engine, channel, tail, block);
            memcpy(channel->tail + at, tail, block * sizeof(float));
            engine->tail_at += block;
        }
        engine->tail_at = from;
    }
    const size_t longest = (size_t)lround(RAMP_SECONDS * engine->host_rate);
    engine->tail_at = 0;
    engine->tail_length = latency;
    engine->fade_length = latency < longest ? latency : longest;
    engine->fade_at = fade_first ? 0 : latency - engine->fade_length;
}

// Gives the streams the last `engine->history` samples of input, of which those more than `known`
// samples ago count as silence. The first `early` samples at the model's rate come before a frame.
static void feed_history(Engine *engine, const EngineSettings *settings, size_t known, size_t early)
{
    for (size_t ago = engine->history; ago > 0;) {
        const size_t block = ago < BLOCK ? ago : BLOCK;
        float samples[ENGINE_CHANNELS_MAX][BLOCK];
        const float *blocks[ENGINE_CHANNELS_MAX];
        for (int c = 0; c < engine->channels; c++) {
            input_history_read(&engine->channel[c].history, ago, samples[c], block);
            for (size_t i = 0; i < block && ago - i > known; i++) samples[c][i] = 0.0f;
            blocks[c] = samples[c];
        }
        const size_t given = engine_take_samples(engine, blocks, block);
        const size_t dropped = early < given ? early : given;
        early -= dropped;
        for (int c = 0; c < engine->channels; c++) {
            float *input = engine->model_rate[c];
            memmove(input, input + dropped, (given - dropped) * sizeof(float));
        }
        engine_process_block(engine, settings, given - dropped);
        ago -= block;
    }
}

void engine_begin(Engine *engine, const EngineSettings *settings, uint64_t position, size_t known,
                  bool starts)
{
    const uint64_t hop = (uint64_t)arch_hop(&engine->model->arch);
    const uint64_t place = position + engine->host_bias, from = place - engine->history;
    const uint64_t wanted = place - (uint64_t)engine->latency; // what comes out next
    uint64_t sample = place, next = from, heard = wanted;      // at the model's rate
    size_t lookback = codec_lookback(engine->model);
    if (engine->down) {
        resampler_reset(engine->down, wanted);
        const uint64_t first = resampler_position(engine->down);
        const uint64_t before = (uint64_t)resampler_lookahead(engine->up) + 1;
        heard = first > before ? first - before : 0;
        resampler_reset(engine->down, place);
        sample = resampler_position(engine->down);
        resampler_reset(engine->down, from);
        next = resampler_position(engine->down);
        lookback += (size_t)resampler_lookahead(engine->up) + 1; // as much at the model's rate
    }
    const uint64_t start = (next + hop - 1) / hop * hop;
    const int64_t bias = (int64_t)(engine->model_bias / hop), frame = (int64_t)(start / hop) - bias;
    // The first frame that belongs to the song: where it starts, none that sees what came before.
    const uint64_t seen = starts ? sample + lookback + hop - 1 : sample;
    const int64_t live = (int64_t)(seen / hop) - bias;
    const uint64_t unheard = heard > start ? heard - start : 0;
    uint64_t given = start;
    if (engine->down) {
        resampler_reset(engine->measured_down, place);
        resampler_reset(engine->up, start);
        given = resampler_position(engine->up);
    }
    engine->model_skip = (size_t)stream_delay(engine->stream);
    engine->host_skip = given < wanted ? (size_t)(wanted - given) : 0;
    for (int c = 0; c < engine->channels; c++)
        fifo_reset(&engine->channel[c].wet, given > wanted ? (size_t)(given - wanted) : 0);
    if (starts)
        stream_start(engine->stream, frame, live, unheard);
    else
        stream_locate(engine->stream, frame, live, unheard);
    auto_gain_locate(&engine->auto_gain, sample - engine->model_bias, sample - start);
    // The filter of the resamplers sees what came before the first samples of the song.
    engine->unmeasured =
        starts && engine->down
            ? (size_t)(sample - start) + 2 * (size_t)resampler_lookahead(engine->up) + 2
            : 0;
    fifo_reset(&engine->gain_delay, 0);
    for (int i = stream_delay(engine->stream); i > 0; i--)
        fifo_push(&engine->gain_delay, &engine->auto_gain.gain, 1);
    feed_history(engine, settings, known, (size_t)(start - next));
    engine->located = true;
}

// Takes over the next settings at once.
static void reset_ramps(Engine *engine)
{
    const int steps = (int)lround(RAMP_SECONDS * engine->host_rate);
    ramp_init(&engine->wet, steps);
    ramp_init(&engine->gain, steps);
    ramp_init(&engine->enabled, steps);
    ramp_init(&engine->detail, steps);
    ramp_init(&engine->model_detail, (int)lround(RAMP_SECONDS * engine->model->sample_rate));
}

static void reset_auto_gain(Engine *engine)
{
    auto_gain_init(&engine->auto_gain, front_level(engine->model), engine->model->sample_rate);
}

// Looks for silence in the input, SILENT_SECONDS of it, that lasted into what sounds now or has
// sounded within RECENT_SECONDS. True, and the samples that have come since, where it finds one.
static bool find_silence(const Engine *engine, size_t *since)
{
    const size_t recent =
        (size_t)engine->latency + (size_t)ceil(RECENT_SECONDS * engine->host_rate);
    const size_t least = (size_t)ceil(SILENT_SECONDS * engine->host_rate);
    size_t silent = 0;
    bool found = false;
    for (size_t ago = recent; ago > 0;) {
        const size_t block = ago < BLOCK ? ago : BLOCK;
        float samples[BLOCK];
        int sounds[BLOCK] = {0}, any = 0;
        for (int c = 0; c < engine->channels; c++) {
            input_history_read(&engine->channel[c].history, ago, samples, block);
            for (size_t i = 0; i < block; i++) sounds[i] |= samples[i] != 0.0f;
        }
        for (size_t i = 0; i < block; i++) any |= sounds[i];
        if (!any) silent += block;
        for (size_t i = 0; any && i < block; i++) {
            silent = sounds[i] ? 0 : silent + 1;
            if (silent < least) continue;
            found = true;
            *since = ago - i - 1;
        }
        ago -= block;
        if (any || silent < least) continue;
        found = true;
        *since = ago;
    }
    return found;
}

void engine_start(Engine *engine, const EngineSettings *settings, uint64_t position)
{
    const DenormalsState before = denormals_off();
    size_t known = 0;
    if (!engine->fed || find_silence(engine, &known)) {
        engine->tail_at = engine->tail_length = 0;
        reset_ramps(engine);
    } else {
        make_tail(engine, true);
        known = engine->history;
    }
    reset_auto_gain(engine);
    engine_begin(engine, settings, position, known, true);
    denormals_restore(before);
}

void engine_reset(Engine *engine)
{
    for (int c = 0; c < engine->channels; c++) {
        fifo_reset(&engine->channel[c].dry, (size_t)engine->latency);
        input_history_reset(&engine->channel[c].history);
    }
    reset_ramps(engine);
    reset_auto_gain(engine);
    engine->tail_at = engine->tail_length = 0;
    engine->fed = engine->located = false;
}

void engine_locate(Engine *engine, const EngineSettings *settings, uint64_t position)
{
    const DenormalsState before = denormals_off();
    const bool starts = !engine->located;
    if (engine->fed) make_tail(engine, false);
    engine_begin(engine, settings, position, engine->fed ? engine->history : 0, starts);
    denormals_restore(before);
}
