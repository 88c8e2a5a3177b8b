// engine.h: the whole effect for one to eight audio channels at the host's rate: automatic gain,
// resampler, stream (encoder, latent operations, decoder), resampler; detail, dry/wet, gain and
// bypass against the dry signal delayed by the same latency. The plugin and the offline commands
// both make their sound here.
//
// Made and freed off the audio thread; the rest is real-time safe, and nothing in it depends on the
// block length. One thread at a time, but for engine_capture().
#ifndef TRASLUZ_ENGINE_H
#define TRASLUZ_ENGINE_H

#include "engine/engine_limits.h"
#include "engine/stream.h"
#include "latent/latent.h"
#include "latent/latent_ops.h"
#include "model/model.h"

enum { ENGINE_CHANNELS_MAX = STREAM_CHANNELS_MAX };

#define ENGINE_CEILING 1.99f // no sample is beyond it, going in or coming out: 6 dB over full scale

// The sample within the ceiling; 0 where it is not finite. Real-time safe.
float engine_bounded(float sample);

// The sample; 0 where it is not finite. Real-time safe.
float engine_finite(float sample);

typedef struct {
    LatentSettings latent;
    float detail;   // of the input's own detail that the network would lose: 0 none, 1 all
    float wet;      // 0: dry, 1: wet
    float gain;     // of the output, linear
    bool auto_gain; // bring the input to the level the model was trained at, and take it back
    bool enabled;   // false: the dry signal, untouched but for the latency
} EngineSettings;

// Settings that decode the latent as it is, to begin an initializer with.
#define ENGINE_NEUTRAL .latent = {LATENT_NEUTRAL}, .wet = 1.0f, .gain = 1.0f, .enabled = true

typedef struct Engine Engine;

// The model must outlive the engine; the reference latent is copied, may be NULL and must fit the
// model. Refuses what engine_limits_check() refuses. Allocates all that it will ever need.
Engine *engine_new(const Model *model, const Latent *reference, double host_rate, int channels,
                   Error *error);
void engine_free(Engine *engine);

// Silence in every buffer, position 0, the next settings taken over at once. A recording stays.
void engine_reset(Engine *engine);

// The next input sample is number `position` of the song. What went in before comes out
// to its end; what goes in from now on is worked on in step with the song: the same samples at the
// same position give the same output, bit for bit, once what was before no longer matters (a few
// hundred samples; the automatic gain looks back three seconds; smear, freeze and capture as far as
// their settings say).
void engine_locate(Engine *engine, const EngineSettings *settings, uint64_t position);

// The same for a song that begins to play: everything as in engine_reset(), so that what comes out
// does not depend on what was decoded before. Only the dry signal plays on: hosts that compensate
// latency feed the song's beginning before they say that it plays. For a latency's length it stands
// for what is not decoded yet, whatever the detail, which then moves to where it is set.
void engine_start(Engine *engine, const EngineSettings *settings, uint64_t position);

// Samples at the host's rate between an input and its output, from the architecture and
// the two resamplers.
int engine_latency(const Engine *engine);

// A copy of the last whole recording of an audio channel, or NULL. One thread at a time, beside or
// between what the audio thread does; allocates.
Latent *engine_capture(Engine *engine, int channel);

// Puts a recording back; before the first engine_process().
void engine_restore_capture(Engine *engine, int channel, const Latent *latent);

// in[c][0, n) to out[c][0, n) for each channel; any output may be any input's memory. Any n, 0
// included. Input samples are taken as engine_bounded() says. Denormals are off inside and as
// before after it.
void engine_process(Engine *engine, const EngineSettings *settings, const float *const *in,
                    float *const *out, size_t n);

#endif
