// latent_drift.h: Gaussian noise by position: the values of a frame depend on the seed, the audio
// channel and the frame's number alone. latent_noise.h adds it to the latent. Real-time safe; no
// memory but the phase below.
#ifndef TRASLUZ_LATENT_DRIFT_H
#define TRASLUZ_LATENT_DRIFT_H

#include "math/random.h"

#include <stdbool.h>
#include <stdint.h>

// Slow noise moves from one random value to the next at `rate`. When the rate changes, the phase
// keeps the course whole.
typedef struct {
    double rate;  // of the last frame, values per frame
    double phase; // added to frame * rate
} LatentDrift;

// Returns true if latent_drift_frame() at that rate leaves the drift as it is.
bool latent_drift_rests(const LatentDrift *drift, double rate);

// Writes standard normal values for one frame to values[n]. `rate` is in values per frame: 0, or 1
// and more, gives each frame values of its own; less moves with equal power between values that are
// 1 / rate frames apart. `scratch` has room for n values.
void latent_drift_frame(LatentDrift *drift, RandomKey key, int64_t frame, double rate,
                        float *values, float *scratch, int n);

#endif
