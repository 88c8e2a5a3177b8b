// latent_blend.h: moves the latent towards that of a reference. Made and freed off the audio
// thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_BLEND_H
#define TRASLUZ_LATENT_BLEND_H

#include "latent/latent_alternate.h"
#include "latent/latent_cross.h"
#include "latent/latent_reference.h"
#include "math/ramp.h"

typedef enum {
    BLEND_MIX,       // input and reference at once
    BLEND_ALTERNATE, // so many beats of the input, so many of the reference
    BLEND_CROSS,     // the reference in the rhythm of the input
} BlendMode;

typedef struct {
    BlendMode mode;
    float amount; // 0: the input's latent, 1: the reference's; without a reference it does nothing
    float dynamics; // of the level: 0 leaves it the input's, 1 blends it like the latent
    LatentAlternateSettings alternate;
} LatentBlendSettings;

typedef struct {
    Ramp amount, dynamics;
    LatentAlternate alternate;
    Ramp cross_share; // of the reference in the input's rhythm, in place of the plain one
    bool crosses;     // `cross` has the frames of before
    LatentCross cross;
    float *values; // [channels]
} LatentBlend;

// Allocates; false where memory is short.
bool latent_blend_init(LatentBlend *blend, const LatentSpace *space);
void latent_blend_free(LatentBlend *blend);

// Takes over the next settings at once.
void latent_blend_reset(LatentBlend *blend, const LatentSpace *space);

// Lets levels be measured anew, where the position jumps.
void latent_blend_locate(LatentBlend *blend);

// Returns true if latent_blend_frame() for that frame leaves blend and reference as they are, but
// for the levels that are crossed.
bool latent_blend_rests(const LatentBlend *blend, const LatentSpace *space,
                        const LatentBlendSettings *settings, const LatentReference *reference,
                        int64_t frame);

// Blends values[] of frame number `frame` with the reference's frame in place.
void latent_blend_frame(LatentBlend *blend, const LatentSpace *space,
                        const LatentBlendSettings *settings, LatentReference *reference,
                        int64_t frame, float *values);

#endif
