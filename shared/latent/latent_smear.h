// latent_smear.h: smooths the latent over time with one pole, so that attacks melt. It
// begins in the state that endless silence leaves. Made and freed off the audio thread; the
// rest is real-time safe.
#ifndef TRASLUZ_LATENT_SMEAR_H
#define TRASLUZ_LATENT_SMEAR_H

#include "latent/latent_space.h"
#include "math/ramp.h"

typedef struct {
    Ramp seconds; // time constant
    float *state; // [values]: the smoothed latent, and the smoothed level
    bool sounded; // there is a level to smooth
} LatentSmear;

// Allocates; false where memory is short.
bool latent_smear_init(LatentSmear *smear, const LatentSpace *space);
void latent_smear_free(LatentSmear *smear);

// Puts it in the state of silence; takes over the next setting at once.
void latent_smear_reset(LatentSmear *smear, const LatentSpace *space);

// Returns true if a held frame with that setting leaves the smear as it is.
bool latent_smear_rests(const LatentSmear *smear, float seconds);

// Smooths values[] in place, the level too, so that attacks melt with a time constant of `seconds`;
// 0 leaves them as they are. The level is smoothed as a power, which keeps the whole as loud. While
// `held` the state stays as it is.
void latent_smear_frame(LatentSmear *smear, const LatentSpace *space, float seconds, bool held,
                        float *values);

#endif
