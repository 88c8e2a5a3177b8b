// latent_noise.h: Gaussian noise by position: the noise of a frame depends on seed, audio channel
// and the frame's number alone. Real-time safe; no memory of its own but the phase below.
#ifndef TRASLUZ_LATENT_NOISE_H
#define TRASLUZ_LATENT_NOISE_H

#include "math/random.h"

#include <stdint.h>

// Slow noise moves from one random value to the next at `rate`; a change of the rate bends its
// course and does not break it.
typedef struct {
    double rate;  // of the last frame, values a frame
    double phase; // added to frame * rate
} LatentDrift;

// Standard normal values for one frame. `rate` is in values a frame: 0, or 1 and more, gives each
// frame values of its own, less draws a line of equal power between values 1 / rate frames apart.
// `scratch` has room for n values.
void latent_noise(LatentDrift *drift, RandomKey key, uint64_t frame, double rate, float *values,
                  float *scratch, int n);

#endif
