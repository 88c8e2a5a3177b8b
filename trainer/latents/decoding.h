// decoding.h: latents to sound, by the streaming engine's decoder. Blocks and allocates; any
// thread.
#ifndef TRASLUZ_DECODING_H
#define TRASLUZ_DECODING_H

#include "audio/audio.h"
#include "latent/latent.h"

#include <stdio.h>

// Samples that a latent decodes to: as many as it was made of, or where it does not say, all that
// its frames give. 0, and a message, where it contradicts itself.
uint64_t decoded_samples(const Latent *latent, const Model *model, Error *error);

// Hands that many samples to `sink`, at the model's rate. Shows how far it is on `progress` where
// that is a terminal; it may be NULL.
bool decode_latent(const Latent *latent, const Model *model, AudioSink *sink, void *data,
                   FILE *progress, Error *error);

#endif
