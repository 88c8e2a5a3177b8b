// lowpass.h: the error of an ideal low-pass that keeps as many numbers as a latent: a latent has
// to be better than that. A signal reduced to the lowest `share` of its band needs only that share
// of its samples.
//
// One thread at a time. lowpass_new() allocates.
#ifndef TRASLUZ_LOWPASS_H
#define TRASLUZ_LOWPASS_H

#include "audio/sound.h"
#include "files/error.h"

typedef struct LowPass LowPass;

// `share`: the part of the band that is kept, from 0 to 1. NULL with a message if out of memory.
LowPass *lowpass_new(double share, Error *error);
void lowpass_free(LowPass *lowpass);

// Returns the sum of squares of what the low-pass removes. The signal is taken as zero before its
// beginning and after its end.
double lowpass_error(LowPass *lowpass, const Sound *sound);

#endif
