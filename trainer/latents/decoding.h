// decoding.h: latents to sound, by the streaming engine's decoder. Blocks and
// allocates; any thread.
#ifndef TRASLUZ_DECODING_H
#define TRASLUZ_DECODING_H

#include "audio/audio.h"
#include "latent/latent.h"
#include "latents/carrier.h"

#include <stdio.h>

// Returns the number of samples that a latent decodes to: as many as it was made of, or, if that is
// unknown, all that its frames give. 0, with a message, if it contradicts itself.
uint64_t decoded_samples(const Latent *latent, const Model *model, Error *error);

// Decodes that many samples to `sink`, at the model's rate. The latent of a spectrum changes
// `carrier`, which gets its levels and its loudness; that of samples needs none. Shows its progress
// on `progress` if that is a terminal; NULL for none.
bool decode_latent(const Latent *latent, const Model *model, const Carrier *carrier,
                   AudioSink *sink, void *data, FILE *progress, Error *error);

#endif
