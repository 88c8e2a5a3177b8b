// latent_freeze_sound.h: freezes the sound of a spectrum: one frame, latent, level and spectrum,
// sounds on in place of the input. The latent and the level are held here, for the operations that
// follow; front.h has the spectrum, and is told by a FrontChange what this file decided.
//
// A frame is frozen once there has been sound for the length of a fade, so that a freeze that is
// switched on in a rest takes the next sound, and not its first instant. Made and freed off the
// audio thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_FREEZE_SOUND_H
#define TRASLUZ_LATENT_FREEZE_SOUND_H

#include "front/front.h"
#include "latent/latent_space.h"
#include "math/ramp.h"

typedef struct {
    Ramp amount;
    bool active;
    size_t heard;  // frames of sound in a row, at most those of a fade
    int64_t at;    // of the next frame: frames since the frozen one
    float *frozen; // [values]
} LatentFreezeSound;

// Allocates; false where memory is short.
bool latent_freeze_sound_init(LatentFreezeSound *freeze, const LatentSpace *space);
void latent_freeze_sound_free(LatentFreezeSound *freeze);

// Forgets what is frozen and what has been heard.
void latent_freeze_sound_reset(LatentFreezeSound *freeze, const LatentSpace *space);

// Returns whether a frozen sound goes on, or fades out.
bool latent_freeze_sound_is_active(const LatentFreezeSound *freeze);

// Works on one frame in place, values[space.values]: it becomes the frozen one by so much as the
// front is told in `change`. `silent`: the input is.
void latent_freeze_sound_frame(LatentFreezeSound *freeze, const LatentSpace *space, bool wanted,
                               bool silent, float *values, FrontChange *change);

// Passes over a silent frame while nothing is frozen.
void latent_freeze_sound_rest(LatentFreezeSound *freeze);

// Writes what latent_freeze_sound_frame() would write `ahead` frames from now with the setting of
// before, or wrote so many frames ago where that is negative, and leaves the state as it is.
void latent_freeze_sound_hold(const LatentFreezeSound *freeze, const LatentSpace *space,
                              int64_t ahead, float *values, FrontChange *change);

#endif
