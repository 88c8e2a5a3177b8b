// engine.h: the whole effect for one to eight audio channels at the host's rate: resampler, stream
// (encoder, latent operations, decoder), resampler; dry/wet, gain and bypass against the dry signal
// delayed by the same latency. The plugin and the offline commands both make their sound here.
//
// Made and freed off the audio thread; engine_process() is real-time safe, and nothing in it
// depends on the block length. One thread at a time.
#ifndef TRASLUZ_ENGINE_H
#define TRASLUZ_ENGINE_H

#include "latent.h"
#include "latent_ops.h"
#include "model.h"

enum {
    ENGINE_CHANNELS_MAX = 8,
    ENGINE_LATENCY_MAX = 65536, // samples: hosts are told that it can be no more
};

typedef struct {
    LatentSettings latent;
    float wet;    // 0: dry, 1: wet
    float gain;   // of the output, linear
    bool enabled; // false: the dry signal, untouched but for the latency
} EngineSettings;

typedef struct Engine Engine;

// Takes references of its own to the model; copies the reference latent, which may be NULL and must
// fit the model. Allocates all that it will ever need.
Engine *engine_new(Model *model, const Latent *reference, double host_rate, int channels,
                   Error *error);
void engine_free(Engine *engine);

// Silence in every buffer, frame 0 of noise and reference, the next settings taken over at once.
// Real-time safe.
void engine_reset(Engine *engine);

// Samples at the host's rate between an input and its output, from the architecture and the two
// resamplers.
int engine_latency(const Engine *engine);

Model *engine_model(const Engine *engine);

// in[c][0, n) to out[c][0, n) for each channel; any output may be any input's memory. Any n, 0
// included. An input sample that is not finite counts as 0. Denormals are off inside and as before
// after it.
void engine_process(Engine *engine, const EngineSettings *settings, const float *const *in,
                    float *const *out, size_t n);

#endif
