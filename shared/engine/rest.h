// rest.h: what endless silence leaves in a network, so that a signal can start in its midst without
// running through it. Made off the audio thread; allocates. Then it does not change, and any thread
// may read it.
#ifndef TRASLUZ_REST_H
#define TRASLUZ_REST_H

#include "engine/codec.h"

#include <stdbool.h>

typedef struct {
    float *encoder, *decoder; // states, of encoder_save() and so on; NULL where they are not known
    float *latent;            // [values]: a latent frame
    float *frame;             // [bands]: that is decoded from it
} Rest;

// Runs the network in silence for as long as it remembers, and leaves encoder and decoder to be
// reset. Nothing is known, and that is no error, of models of waveforms and of those that remember
// more than a second. False where memory is short.
bool rest_init(Rest *rest, const Model *model, Encoder *encoder, Decoder *decoder);
void rest_free(Rest *rest);

#endif
