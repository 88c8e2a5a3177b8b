// transport.h: the host's transport, from the time:Position messages on the control port: where in
// the song the next sample is, and its beats. Audio thread only; real-time safe.
#ifndef TRASLUZ_TRANSPORT_H
#define TRASLUZ_TRANSPORT_H

#include "uris.h"

#include <lv2/atom/atom.h>

typedef struct {
    const Uris *uris;
    double rate;       // Hz
    bool rolling;      // at normal speed, at a known position
    uint64_t position; // of the next sample, while rolling
    float tempo;       // beats a minute
    double first_beat; // at position 0, were the tempo always this one
} Transport;

void transport_init(Transport *transport, const Uris *uris, double rate);

typedef enum {
    TRANSPORT_GOES_ON, // as it would have
    TRANSPORT_JUMPS,   // it plays on from another place
    TRANSPORT_STARTS,  // it was not playing
} TransportChange;

// Takes over a message, if it is a time:Position, and says what it changes.
TransportChange transport_read(Transport *transport, const LV2_Atom_Object *object);

// `n` samples have been played.
void transport_advance(Transport *transport, uint32_t n);

#endif
