// latent_tap.h: shows the latent while it plays: what a window draws. A stream that is watched
// writes each latent frame of its first audio channel here, in standard deviations. Plain memory of
// the audio thread; real-time safe.
#ifndef TRASLUZ_LATENT_TAP_H
#define TRASLUZ_LATENT_TAP_H

#include "latent/latent_ops.h"

enum {
    TAP_CHANNELS = 64,
    TAP_POINTS = 16,
    TAP_RECORDED = 256, // points of a recorded reference, spread over all of it
};

// A place on the map: along the first two stored axes of the model or, where it has none, in its
// first two channels.
typedef struct {
    float x, y;
} LatentPoint;

// Returns the place of a latent frame.
LatentPoint latent_point(const Model *model, const float *frame);

typedef enum { TURN_NONE, TURN_INPUT, TURN_REFERENCE } LatentTurn;

typedef struct {
    // Of the last frame; channels beyond TAP_CHANNELS are left out.
    int channels;
    float before[TAP_CHANNELS], after[TAP_CHANNELS];
    // Of the last frames, the oldest first; `points` since they were taken, at most TAP_POINTS.
    int points;
    LatentPoint path_before[TAP_POINTS], path_after[TAP_POINTS];

    // Of the recording that is the reference: `recorded` points, numbered on from first_recorded
    // and around after TAP_RECORDED. Each frame adds one, so that what watches has all in time.
    int first_recorded, recorded;
    LatentPoint path_recorded[TAP_POINTS];

    float captured;  // seconds that the recording under way has; 0: none is
    float reference; // seconds of the recording that is the reference; 0: it is none
    float frozen;    // seconds of the stretch that is held; 0: nothing is
    bool sounding;   // one frame of a spectrum is held and sounds on
    LatentTurn turn; // whose turn it is, where the blend alternates
} LatentTap;

// Takes a frame: `before` and `after` the operations, [channels].
void latent_tap_frame(LatentTap *tap, const LatentOps *ops, const LatentSettings *settings,
                      const float *before, const float *after);

// Forgets the points, which have been taken.
void latent_tap_take(LatentTap *tap);

#endif
