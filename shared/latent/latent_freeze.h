// latent_freeze.h: repeats the last stretch of a latent without a click. Every frame that comes in
// is remembered; when the freeze begins, the stretch before it becomes the loop. The loop's last
// frames are faded into those from before its first one, so that it joins itself; its beginning and
// end are faded as well. Made and freed off the audio thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_FREEZE_H
#define TRASLUZ_LATENT_FREEZE_H

#include "math/ramp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int channels;
    size_t fade;     // frames of each cross-fade
    size_t capacity; // frames of the longest loop
    float *past;     // ring of [capacity + fade + 1][channels]
    size_t past_frames, past_at;
    uint64_t seen; // frames remembered, at most all
    float *loop;   // [capacity][channels]
    float *before; // [fade][channels]: what came before the loop
    float *frame;  // [channels]: the loop's frame, faded at the seam
    size_t length; // of the loop, frames
    size_t at;     // in the loop
    size_t kept;   // frames of it that are in `loop`; the rest are still in `past`
    bool active;
    Ramp amount;
} LatentFreeze;

// Loops of up to `longest` frames, faded over `fade`. False where memory is short.
bool latent_freeze_init(LatentFreeze *freeze, int channels, size_t longest, size_t fade);
void latent_freeze_free(LatentFreeze *freeze);
void latent_freeze_reset(LatentFreeze *freeze);

// Writes what latent_freeze_frame() would write `ahead` frames from now with the setting of before,
// or wrote so many frames ago where that is negative, and leaves the state as it is.
void latent_freeze_hold(const LatentFreeze *freeze, int64_t ahead, float *values);

// One frame in place. A loop takes `length` frames, or as many as there have been, when
// `wanted` becomes true.
void latent_freeze_frame(LatentFreeze *freeze, bool wanted, size_t length, float *values);

#endif
