// latent_offset.h: adds a constant to the latent. Real-time safe.
#ifndef TRASLUZ_LATENT_OFFSET_H
#define TRASLUZ_LATENT_OFFSET_H

#include "latent/latent_space.h"
#include "math/ramp.h"

typedef struct {
    Ramp amount;
} LatentOffset;

// Takes over the next setting at once.
void latent_offset_reset(LatentOffset *offset, const LatentSpace *space);

// Adds `amount` units to values[channels] in place. unit[channels] is what one unit is in each
// channel; NULL: 1.
void latent_offset_frame(LatentOffset *offset, const LatentSpace *space, float amount,
                         const float *unit, float *values);

#endif
