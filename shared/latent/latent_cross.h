// latent_cross.h: a reference that speaks in the rhythm of the input: each channel of its latent is
// divided by its own local level and multiplied by the input's. Made and freed off the audio
// thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_CROSS_H
#define TRASLUZ_LATENT_CROSS_H

#include "latent/latent_level.h"

// A level over a triangular window of 20 ms: the mean of a mean, each over half of it. A longer one
// leaves more of the reference's own rhythm.
typedef struct {
    LatentLevel first, level;
    float *values; // [channels]: the first level as a distance from silence
} LatentRhythm;

typedef struct {
    LatentRhythm input, reference;
    float *values; // [channels]
} LatentCross;

// Allocates; false where memory is short.
bool latent_cross_init(LatentCross *cross, const LatentSpace *space);
void latent_cross_free(LatentCross *cross);

// Forgets both levels; the next frame is number `frame`.
void latent_cross_locate(LatentCross *cross, const LatentSpace *space, int64_t frame);

// Takes a frame of each; returns the reference's with the input's levels, which lasts until
// the next call.
const float *latent_cross_frame(LatentCross *cross, const LatentSpace *space, const float *input,
                                const float *reference);

#endif
