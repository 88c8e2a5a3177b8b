// start.h: what a network with a linear path starts as, in place of weights that were drawn: a
// lapped transform that keeps its lowest bands, so that it reconstructs like a low-pass before any
// training. Any thread; allocates nothing.
#ifndef TRASLUZ_START_H
#define TRASLUZ_START_H

#include "model/arch.h"

typedef enum {
    START_TRANSFORM, // as many bands as the latent has channels
    START_FOLDED,    // one band more: the chains fold it into the channel of another
    START_KINDS,
} Start;

const char *start_name(Start start);
bool start_parse(Start *start, const char *text, Error *error);

// True if a network of this architecture can start so; else the message says what it lacks.
bool start_check(const Arch *arch, Start start, Error *error);

// Sets the start over parameters that were drawn, of an architecture that start_check() passed and
// its list of convolutions. Without a linear path it leaves them as they are.
void start_set(const Arch *arch, const Convolution *list, Start start, float *parameters);

#endif
