// latent_noise.h: adds Gaussian noise to the latent. At one position it is always the same. Made
// and freed off the audio thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_NOISE_H
#define TRASLUZ_LATENT_NOISE_H

#include "latent/latent_drift.h"
#include "latent/latent_space.h"
#include "math/ramp.h"

typedef struct {
    float amount; // standard deviation, in units
    float drift;  // Hz: how often slow noise reaches a new value; 0: new in each frame
    uint32_t seed;
} LatentNoiseSettings;

typedef struct {
    uint32_t audio_channel; // decides the noise, with the seed and the position
    LatentDrift drift;
    Ramp amount;
    uint32_t seed, previous_seed;
    bool has_seed;
    Ramp seed_fade;                            // from the previous seed's noise to this one's
    float *values, *previous_values, *scratch; // [channels]
} LatentNoise;

// Allocates; false where memory is short.
bool latent_noise_init(LatentNoise *noise, const LatentSpace *space, uint32_t audio_channel);
void latent_noise_free(LatentNoise *noise);

// Takes over the next settings at once.
void latent_noise_reset(LatentNoise *noise, const LatentSpace *space);

// The position jumps: slow noise is again what belongs to the position.
void latent_noise_locate(LatentNoise *noise);

// Adds noise to values[channels] of frame number `frame` in place. unit[channels] is what one unit
// is in each channel; NULL: 1.
void latent_noise_frame(LatentNoise *noise, const LatentSpace *space,
                        const LatentNoiseSettings *settings, const float *unit, uint64_t frame,
                        float *values);

#endif
