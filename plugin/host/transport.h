// transport.h: follows the host's transport by the time:Position messages on the control port: the
// next sample's frame in the song, and the beats. A host that reports the same frame in each block
// while it says that it rolls (Audacity's effects) has no transport: its reports are ignored from
// the second one on. Audio thread only; real-time safe.
#ifndef TRASLUZ_TRANSPORT_H
#define TRASLUZ_TRANSPORT_H

#include "host/uris.h"

#include <lv2/atom/atom.h>

typedef struct {
    const Uris *uris;
    double rate;       // Hz
    bool rolling;      // at normal speed, at a known frame
    uint64_t frame;    // of the next sample, while rolling
    float tempo;       // beats per minute
    double first_beat; // at frame 0, if the tempo were always this one

    double reported;   // the last message's frame; negative: none came in this block or the last
    uint64_t played;   // samples since that message
    bool reported_now; // it came in this block
    bool stuck;        // the host reports the same frame again and again
} Transport;

void transport_init(Transport *transport, const Uris *uris, double rate);

typedef enum {
    TRANSPORT_UNCHANGED, // goes on as expected
    TRANSPORT_JUMPS,     // plays on from another frame
    TRANSPORT_STARTS,    // did not play before
} TransportChange;

// Takes over a time:Position message and returns what it changes.
TransportChange transport_read(Transport *transport, const LV2_Atom_Object *object);

// Counts n samples that were played.
void transport_advance(Transport *transport, uint32_t n);

// Ends a block of n samples.
void transport_end_block(Transport *transport, uint32_t n);

// Forgets the frame: the next message starts the transport anew.
void transport_stop(Transport *transport);

#endif
