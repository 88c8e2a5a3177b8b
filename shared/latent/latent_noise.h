// latent_noise.h: adds Gaussian noise to the latent. At one position it is always the same. Noise
// that follows the music is silent where the music is; the others fade out after a second of
// silence. Made and freed off the audio thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_NOISE_H
#define TRASLUZ_LATENT_NOISE_H

#include "latent/latent_drift.h"
#include "latent/latent_silence.h"
#include "math/ramp.h"

typedef enum {
    NOISE_EACH_FRAME, // new in each frame
    NOISE_DRIFTING,   // slow
    NOISE_FOLLOWS,    // slow, times the local level of each latent channel
} NoiseCharacter;

typedef struct {
    NoiseCharacter character;
    float amount; // standard deviation, in units
    float drift;  // Hz: how often slow noise reaches a new value; 0: new in each frame
    uint32_t seed;
    bool sounds_in_silence; // noise that does not follow the music continues in silence
} LatentNoiseSettings;

typedef struct {
    uint32_t audio_channel; // decides the noise, with the seed and the position
    LatentDrift drift;
    Ramp amount;
    Ramp constant; // 1: of the same strength everywhere, 0: follows the level
    LatentSilence silence;
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

// Lets slow noise be what belongs to the position again, where the position jumps.
void latent_noise_locate(LatentNoise *noise);

// Returns true if latent_noise_frame() with those settings, where music sounds, leaves the noise as
// it is.
bool latent_noise_rests(const LatentNoise *noise, const LatentSpace *space,
                        const LatentNoiseSettings *settings);

// Adds noise to values[channels] of frame number `frame` in place. unit[channels] is what a unit is
// where the noise does not follow the music, following[channels] where it does; `sounds` tells
// whether music sounds in this frame.
void latent_noise_frame(LatentNoise *noise, const LatentSpace *space,
                        const LatentNoiseSettings *settings, bool sounds, const float *unit,
                        const float *following, int64_t frame, float *values);

#endif
