// synthesis.h: from changes of a spectrum's bins to the audio that they add: the inverse transform
// of X (G - 1), under the short window, overlapped and added.
//
// synthesis_layout() and synthesis_init() are for the time of creation; the rest is real-time safe.
// One thread at a time.
#ifndef TRASLUZ_SYNTHESIS_H
#define TRASLUZ_SYNTHESIS_H

#include "front/bands.h"

// Gains lift at most so much, as a natural logarithm: 18 dB. They cut without a limit.
#define SYNTHESIS_LIFT_MAX 2.0723266f

typedef struct {
    ArchFront front;
    float *window;  // [2 hop]
    Bin *spectrum;  // [window / 2 + 1]: to be transformed
    float *frame;   // [window]
    float *change;  // [window / 2 + 1]: G - 1
    float *limited; // [bands]: the gains within their limits
    void *fft;      // kissfft's
} Synthesis;

// Takes the memory of a synthesis.
void synthesis_layout(Synthesis *synthesis, const ArchFront *front, Arena *arena);

// Fills it.
void synthesis_init(Synthesis *synthesis);

// Sets the gains of the next synthesis_add(), one for each band, as natural logarithms. False if
// all are 0, so that nothing changes; then `change` is not set. A gain that is not a number counts
// as 0.
bool synthesis_set_gains(Synthesis *synthesis, const Bands *bands, const float *gains);

// Adds what the gains change in one channel's spectrum X to overlap[2 hop], which begins two hops
// before the frame's end. `kept` is the share of X that stays at all: at 1 the gains alone count,
// at 0 X is taken away.
void synthesis_add(Synthesis *synthesis, const Bin *spectrum, float kept, float *overlap);

// Transforms synthesis->spectrum, which it may change, to a whole frame [window] without a window;
// it lasts until the next call.
const float *synthesis_transform(Synthesis *synthesis);

#endif
