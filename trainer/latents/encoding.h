// encoding.h: audio files to latents: channels averaged, at the model's rate, encoded by the
// streaming engine's encoder. Blocks and allocates; any thread.
#ifndef TRASLUZ_ENCODING_H
#define TRASLUZ_ENCODING_H

#include "audio/audio.h"
#include "latent/latent.h"

#include <stdio.h>

// The whole of an audio file. Shows how far it is on `progress` where that is a terminal; it may be
// NULL. Refuses what is too long for a latent file. Messages name the path; *faults is what was odd
// in the file. The caller frees the latent.
Latent *encode_audio(const Model *model, const char *path, FILE *progress, AudioFaults *faults,
                     Error *error);

#endif
