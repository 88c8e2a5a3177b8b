// latent_blend.h: moves the latent towards that of a reference. Real-time safe.
#ifndef TRASLUZ_LATENT_BLEND_H
#define TRASLUZ_LATENT_BLEND_H

#include "latent/latent_alternate.h"
#include "latent/latent_reference.h"
#include "math/ramp.h"

typedef enum {
    BLEND_MIX,       // input and reference at once
    BLEND_ALTERNATE, // so many beats of the input, so many of the reference
} BlendMode;

typedef struct {
    BlendMode mode;
    float amount; // 0: the input's latent, 1: the reference's; without a reference it does nothing
    LatentAlternateSettings alternate;
} LatentBlendSettings;

typedef struct {
    Ramp amount;
    LatentAlternate alternate;
} LatentBlend;

// Takes over the next settings at once.
void latent_blend_reset(LatentBlend *blend, const LatentSpace *space);

// Blends values[channels] of frame number `frame` with the reference's frame in place.
void latent_blend_frame(LatentBlend *blend, const LatentSpace *space,
                        const LatentBlendSettings *settings, LatentReference *reference,
                        uint64_t frame, float *values);

#endif
