// latent_level.h: the local level of each latent channel: its RMS distance from the latent of
// silence over a window, mostly of 30 ms. In silence it is exactly zero. Made and freed off the
// audio thread; the rest is real-time safe.
//
// A frame's level depends on the frames of that window alone, bit for bit: the sum over them is
// never corrected by taking a value off. It has two parts, each added up from values that are in
// the window: the frames of the block before that still are, and those of the block under way.
//
//     frames      | . . . . a b c d | e f g h . . . . |
//     window            [ a b c d     e f g ]
//                         suffix(a)   prefix(g)
#ifndef TRASLUZ_LATENT_LEVEL_H
#define TRASLUZ_LATENT_LEVEL_H

#include "latent/latent_space.h"

#define LATENT_LEVEL_SECONDS 0.03

typedef struct {
    size_t length;  // frames of the window, and of a block
    size_t at;      // frame within the block
    size_t frames;  // since the reset, at most `length`
    float *squares; // [length][channels]: of the block under way
    float *suffix;  // [length][channels]: sums over the block before, from each frame to its end
    float *prefix;  // [channels]: the sum over the block under way
    float *values;  // [channels]: the level
    bool sounds;    // the last frame is less than 60 dB below the model's music
} LatentLevel;

// Measures over `seconds`. Allocates; false where memory is short.
bool latent_level_init(LatentLevel *level, const LatentSpace *space, double seconds);
void latent_level_free(LatentLevel *level);

// Forgets all frames; the next one is number `frame`. Blocks begin at whole blocks of this number.
void latent_level_locate(LatentLevel *level, const LatentSpace *space, int64_t frame);

// Takes the next frame, values[channels]; returns the level of each channel, which lasts until the
// next call. Just after latent_level_locate() it is the mean over the frames that have come.
const float *latent_level_frame(LatentLevel *level, const LatentSpace *space, const float *values);

// Returns what one unit of noise or offset is in a channel: `share` of a fixed unit, and for the
// rest one that follows the level. Exact at either end.
static inline float latent_unit(float fixed, float following, float share)
{
    return share == 1.0f   ? fixed
           : share == 0.0f ? following
                           : following + share * (fixed - following);
}

#endif
