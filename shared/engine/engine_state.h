// engine_state.h: what an Engine is made of, for the three files that share it. engine.c makes an
// engine and mixes its sound; it calls engine_position.c, which lets it begin anywhere in the song;
// both call engine_block.c, which takes a block through the stream. No other file includes this but
// test_limits.c, for the length of the history.
#ifndef TRASLUZ_ENGINE_STATE_H
#define TRASLUZ_ENGINE_STATE_H

#include "engine/auto_gain.h"
#include "engine/engine.h"
#include "engine/input_history.h"
#include "math/fifo.h"
#include "math/ramp.h"
#include "math/resample.h"

enum { BLOCK = 64 };             // samples at the host's rate
#define RAMP_SECONDS        0.02 // of detail, dry/wet, gain, bypass, and from position to position
#define SILENT_SECONDS      0.05 // of silent input: then nothing of it sounds after a start
#define RECENT_SECONDS      0.1  // before what sounds at a start, in which such a silence counts
#define HISTORY_SECONDS_MAX 1.0

// What is kept of one channel.
typedef struct {
    Fifo wet, dry;
    InputHistory history;
    float *tail; // [latency]: at a jump, what is still to come out of what went in before
} Channel;

struct Engine {
    const Model *model;
    Latent *reference; // looped, or NULL
    Stream *stream;
    int channels;
    int latency;
    double host_rate;
    Resampler *down, *up;     // NULL where the host runs at the model's rate
    Resampler *measured_down; // as `down`, but with zeros before a start of the song
    size_t model_room;        // samples at the model's rate that a block can have
    // By channel: a block at the model's rate, first the input, then what the stream makes of it; a
    // block at either rate; a block at the model's rate for the automatic gain, as `measured_down`
    // gives it.
    float *model_rate[ENGINE_CHANNELS_MAX], *resampled[ENGINE_CHANNELS_MAX],
        *measured[ENGINE_CHANNELS_MAX];
    float *blocks;     // the memory of these
    size_t model_skip; // decoded samples that stand for times before the signal
    size_t host_skip;  // the same at the host's rate
    AutoGain auto_gain;
    size_t unmeasured; // samples at the model's rate that it takes from `measured`
    float *gains;      // of a block at the model's rate, going in
    float *late_gains; // room for those coming out
    float *details;
    Fifo gain_delay;
    Ramp wet, gain, enabled, detail, model_detail;
    EngineSettings last; // of the last engine_process()
    bool fed;            // there has been one since the last engine_reset()
    bool located;        // the streams stand at a position
    size_t history;      // samples at the host's rate that a stream is given of what came before
    // What is added to positions, so that those of the history are not negative, at the host's rate
    // and at the model's, where it is whole frames.
    uint64_t host_bias, model_bias;
    size_t tail_at, tail_length; // samples of the tails that have come out, and that there are
    size_t fade_at, fade_length; // in the tails: the fade to what the streams give
    Channel channel[ENGINE_CHANNELS_MAX];
};

// ---- engine_block.c ----

// Takes samples[channel][0, n) at the host's rate to the model's; returns how many there are.
size_t engine_take_samples(Engine *engine, const float *const *samples, size_t n);

// Works on a block of n samples at the model's rate, each channel's in model_rate, and queues what
// comes of it at the host's.
void engine_process_block(Engine *engine, const EngineSettings *settings, size_t n);

// ---- engine_position.c ----

// Finds how much history a stream is given, from its latency and the model.
void engine_plan_history(Engine *engine);

// Lets the streams begin so that the next input sample is number `position`, as if the last `known`
// samples had come before it and silence before those. Where the song `starts`, nothing of them
// lasts: see latent_ops_start(). The network's frames lie at whole hops from the song's beginning.
void engine_begin(Engine *engine, const EngineSettings *settings, uint64_t position, size_t known,
                  bool starts);

// Fades a block from the tail of what went in before a jump to what the stream gives.
void engine_fade_tail(const Engine *engine, const Channel *channel, float *decoded, size_t n);

#endif
