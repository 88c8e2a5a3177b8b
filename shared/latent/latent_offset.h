// latent_offset.h: shifts the latent. A constant shift is heard as steady tones, so it follows the
// music's level unless it is to sound in silence too. Real-time safe.
#ifndef TRASLUZ_LATENT_OFFSET_H
#define TRASLUZ_LATENT_OFFSET_H

#include "latent/latent_level.h"
#include "math/ramp.h"

typedef struct {
    Ramp amount;
    Ramp constant; // 1: the same everywhere, 0: follows the level
} LatentOffset;

// Takes over the next settings at once.
void latent_offset_reset(LatentOffset *offset, const LatentSpace *space);

// Returns true if latent_offset_frame() with those settings leaves the offset as it is.
bool latent_offset_rests(const LatentOffset *offset, float amount, bool constant);

// Adds `amount` units to values[channels] in place. unit[channels] is what a unit is where the
// offset is `constant`, following[channels] where it follows the music.
void latent_offset_frame(LatentOffset *offset, const LatentSpace *space, float amount,
                         bool constant, const float *unit, const float *following, float *values);

#endif
