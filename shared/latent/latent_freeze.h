// latent_freeze.h: repeats the last stretch of a latent without a click. Every frame that comes in
// is remembered; when the freeze begins, the stretch before it becomes the loop. The loop's last
// frames are faded into those from before its first one, so that it joins itself; its beginning and
// end are faded as well. Made and freed off the audio thread; the rest is real-time safe.
//
// The loop lives in the ring in which frames are remembered. While it repeats frames are still
// remembered, because the next loop may be taken from them. `spare` frames after it began they may
// reach the loop's place: until then another thread adds memory, into which the loop's frames are
// moved before they are written over. Without that memory the loop stays in the ring, and the
// frames that come in are forgotten until it ends.
#ifndef TRASLUZ_LATENT_FREEZE_H
#define TRASLUZ_LATENT_FREEZE_H

#include "math/ramp.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int channels;
    size_t fade;     // frames of each cross-fade
    size_t capacity; // frames of the longest loop
    float *past;     // ring of [past_frames][channels]
    size_t past_frames, past_at;
    uint64_t seen;          // frames remembered, at most all
    _Atomic(float *) moved; // [capacity][channels]; NULL until there is room
    atomic_bool lacks_room; // a loop has begun without it
    bool asks;              // the same, until latent_freeze_asks() has returned it
    float *before;          // [fade][channels]: what came before the loop
    float *frame;           // [channels]: the loop's frame, faded at the seam
    size_t length;          // of the loop, frames
    size_t first;           // its first frame's place in the ring
    size_t at;              // in the loop
    size_t since;           // frames remembered since it began
    size_t kept;            // its frames that are in `moved`; the rest are still in the ring
    bool active;
    bool forgets; // what comes in, because the loop takes its place in the ring
    Ramp amount;
} LatentFreeze;

// Prepares for loops of up to `longest` frames, faded over `fade`; `spare` frames come in before
// one needs more room. Allocates; false where memory is short.
bool latent_freeze_init(LatentFreeze *freeze, int channels, size_t longest, size_t fade,
                        size_t spare);
void latent_freeze_free(LatentFreeze *freeze);

// Forgets all frames: nothing is frozen.
void latent_freeze_reset(LatentFreeze *freeze);

// Adds the room into which loops are moved. Allocates; false where memory is short.
bool latent_freeze_reserve(LatentFreeze *freeze);

// Does the same if a loop has begun without it. Another thread may call this beside the audio
// thread.
bool latent_freeze_grow(LatentFreeze *freeze);

// Returns true once after each loop that has begun without that room: then latent_freeze_grow() is
// to be called before `spare` more frames come. Real-time safe.
bool latent_freeze_asks(LatentFreeze *freeze);

// Writes what latent_freeze_frame() would write `ahead` frames from now with the setting of before,
// or wrote so many frames ago where that is negative, and leaves the state as it is.
void latent_freeze_hold(const LatentFreeze *freeze, int64_t ahead, float *values);

// Works on one frame in place. A loop takes `length` frames, or as many as there have been, when
// `wanted` becomes true.
void latent_freeze_frame(LatentFreeze *freeze, bool wanted, size_t length, float *values);

#endif
