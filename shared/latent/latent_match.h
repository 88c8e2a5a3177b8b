// latent_match.h: brings the long-term latent of the track, its mean and deviation, to that of the
// model's music or of a reference. Works along the axes of latent_moments.h; a model without them
// is left as it is.
//
// The track is measured over its last seconds, in pieces that begin at whole pieces of the
// position; silent frames do not count. The match moves in straight lines from piece to piece. At
// one position it is the same ten seconds after a start, wherever that was. Until a second of music
// has been heard it stays as it was: nothing, after a reset.
//
// Made and freed off the audio thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_MATCH_H
#define TRASLUZ_LATENT_MATCH_H

#include "latent/latent_moments.h"
#include "math/ramp.h"

#include <stdint.h>

// With the one under way, and those that the line it moves in begins and ends with: ten seconds.
enum { MATCH_PIECES = 18 };

typedef struct {
    Ramp amount;
    int64_t length;                    // of a piece, frames
    int64_t piece;                     // number of the one under way
    bool whole;                        // it was heard from its beginning
    LatentMoments under_way;           // of it
    LatentMoments past[MATCH_PIECES];  // of the pieces before, by their number
    LatentMoments all;                 // of those
    float *along, *scale_from, *scale; // [channels]: along each axis x becomes scale x + shift
    float *shift_from, *shift;         // [channels]
    float moved;                       // how far from `_from` to the new ones, 0 to 1
} LatentMatch;

// Allocates; false where memory is short.
bool latent_match_init(LatentMatch *match, const LatentSpace *space);
void latent_match_free(LatentMatch *match);

// Matches nothing; takes over the next amount at once.
void latent_match_reset(LatentMatch *match, const LatentSpace *space);

// Forgets what was measured; what is done stays. The next frame that is measured has a number from
// `live` on.
void latent_match_locate(LatentMatch *match, const LatentSpace *space, int64_t live);

// Measures frame number `frame` of the track. `target` is what to match; NULL: the model's music.
void latent_match_measure(LatentMatch *match, const LatentSpace *space, const LatentMoments *target,
                          int64_t frame, const float *values);

// Returns true if latent_match_frame() with that amount leaves the match as it is.
bool latent_match_rests(const LatentMatch *match, const LatentSpace *space, float amount);

// Matches values[channels] in place by `amount`, 0 to 1.
void latent_match_frame(LatentMatch *match, const LatentSpace *space, float amount, float *values);

#endif
