// latent_ops.h: what is done to the latent between encoder and decoder: blend with a reference, an
// offset, noise, in this order. One LatentOps for each audio channel; real-time safe, used by one
// thread at a time.
//
// Amounts are in units of each latent channel's standard deviation, or absolute. They move in
// straight lines from one setting to the next over 50 ms, so a control that jumps makes no click.
#ifndef TRASLUZ_LATENT_OPS_H
#define TRASLUZ_LATENT_OPS_H

#include "latent.h"
#include "model.h"
#include "ramp.h"

typedef struct {
    float noise;  // standard deviation of Gaussian noise, new in each frame and channel
    float offset; // added to every value
    float blend;  // 0: the input's latent, 1: the reference's; without a reference it does nothing
    uint32_t seed;
    bool absolute; // noise and offset in the latent's own numbers, not in standard deviations
} LatentSettings;

typedef struct {
    const Model *model;
    const Latent *reference; // from latent_loop(), or NULL
    uint32_t audio_channel;  // decides the noise, with the seed and the frame
    uint64_t frame;          // next frame's index
    float *scratch;          // [latent channels]
    Ramp noise, offset, blend;
} LatentOps;

// Bytes of scratch are allocated here; false where memory is short. Model and reference must
// outlive it.
bool latent_ops_init(LatentOps *ops, const Model *model, const Latent *reference,
                     uint32_t audio_channel);
void latent_ops_free(LatentOps *ops);

// Back to frame 0, the next settings taken over at once.
void latent_ops_reset(LatentOps *ops);

// Works on values[frames][channels] in place. Real-time safe.
void latent_ops_process(LatentOps *ops, const LatentSettings *settings, float *values,
                        size_t frames);

#endif
