// latent_ops.h: what is done to the latent between encoder and decoder, in this order: capture,
// freeze, smear, scale, blend with a reference, offset, noise. One LatentOps for each audio
// channel. Made and freed off the audio thread; the rest is real-time safe, used by one thread at a
// time but for the capture's copy.
//
// Offset and noise are in units of each latent channel's standard deviation, or absolute. Amounts
// move in straight lines from one setting to the next over LATENT_FADE_SECONDS, so a control that
// jumps makes no click.
//
// Noise, the reference and the alternation follow a position, the frame's number. It counts from 0,
// or from where latent_ops_locate() puts it; at one position they are always the same.
#ifndef TRASLUZ_LATENT_OPS_H
#define TRASLUZ_LATENT_OPS_H

#include "latent/latent_capture.h"
#include "latent/latent_freeze.h"
#include "latent/latent_noise.h"
#include "math/ramp.h"

#define LATENT_FREEZE_SECONDS_MAX  8.0
#define LATENT_CAPTURE_SECONDS_MAX 30.0

typedef enum {
    BLEND_MIX,       // input and reference at once
    BLEND_ALTERNATE, // so many beats of the input, so many of the reference
} BlendMode;

typedef struct {
    bool capture;         // record what comes in; when it ends, that is the reference
    bool freeze;          // repeat the last stretch
    float freeze_seconds; // of it
    float smear;          // seconds: time constant of a one-pole smoothing over time
    float scale;          // of the latent around its mean
    BlendMode blend_mode;
    float blend; // 0: the input's latent, 1: the reference's; without a reference it does nothing
    int input_beats, reference_beats;
    float tempo;       // beats a minute, for the alternation
    double first_beat; // at position 0
    float offset;      // added to every value
    float noise;       // standard deviation of Gaussian noise
    float drift;       // Hz: how often slow noise reaches a new value; 0: new in each frame
    uint32_t seed;
    bool absolute; // noise and offset in the latent's own numbers, not in standard deviations
} LatentSettings;

// Settings that leave the latent as it is, to begin an initializer with.
#define LATENT_NEUTRAL                                                                             \
    .freeze_seconds = 1.0f, .scale = 1.0f, .input_beats = 4, .reference_beats = 4, .tempo = 120.0f

typedef struct {
    const Model *model;
    const Latent *reference; // from latent_loop(), or NULL; a recording takes its place
    uint32_t audio_channel;  // decides the noise, with the seed and the position
    double frame_rate;       // Hz
    uint64_t frame;          // next frame's number
    float *smeared, *noise_values, *former_noise, *scratch; // [latent channels]
    bool has_smeared;
    size_t fade; // frames
    LatentCapture capture;
    LatentFreeze freeze;
    LatentDrift drift;
    bool captured;     // the reference is a recording
    bool was_captured; // so was the one before it
    Ramp renewed;      // from the reference before to this one
    float turn;        // how much of the reference its turn allows, 0 to 1
    bool has_turn;     // it was set
    uint32_t seed, former_seed;
    bool has_seed; // it was set
    Ramp reseeded; // from the former seed's noise to this one's
    Ramp noise, offset, blend, scale, smear;
} LatentOps;

// Allocates; false where memory is short. Model and reference must outlive it.
bool latent_ops_init(LatentOps *ops, const Model *model, const Latent *reference,
                     uint32_t audio_channel);
void latent_ops_free(LatentOps *ops);

// Back to frame 0, nothing remembered but a whole recording, the next settings taken
// over at once.
void latent_ops_reset(LatentOps *ops);

// The next frame is number `frame`.
void latent_ops_locate(LatentOps *ops, uint64_t frame);

// Works on values[frames][channels] in place.
void latent_ops_process(LatentOps *ops, const LatentSettings *settings, float *values,
                        size_t frames);

#endif
