// latent_scale.h: brings the latent nearer to that of silence or farther from it, so that silence
// stays silence. Real-time safe.
#ifndef TRASLUZ_LATENT_SCALE_H
#define TRASLUZ_LATENT_SCALE_H

#include "latent/latent_space.h"
#include "math/ramp.h"

typedef struct {
    Ramp factor;
} LatentScale;

// Takes over the next setting at once.
void latent_scale_reset(LatentScale *scale, const LatentSpace *space);

// Returns true if latent_scale_frame() with that factor leaves the scale as it is.
bool latent_scale_rests(const LatentScale *scale, float factor);

// Multiplies the distance of values[channels] from the latent of silence by `factor`, in place.
void latent_scale_frame(LatentScale *scale, const LatentSpace *space, float factor, float *values);

#endif
