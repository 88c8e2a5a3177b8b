// lowpass.h: what an ideal low-pass would lose: the measure for a latent, which has to do better
// than the band that as many numbers can hold. A signal of which only the lowest `share` of the
// band is left needs only that share of its samples.
//
// One thread at a time; making one allocates.
#ifndef TRASLUZ_LOWPASS_H
#define TRASLUZ_LOWPASS_H

#include "audio/sound.h"
#include "files/error.h"

typedef struct LowPass LowPass;

// `share` of the band that is kept, from 0 to 1.
LowPass *lowpass_new(double share, Error *error);
void lowpass_free(LowPass *lowpass);

// The sum of squares of what the low-pass takes from the signal; silence stands before and behind
// it.
double lowpass_error(LowPass *lowpass, const Sound *sound);

#endif
