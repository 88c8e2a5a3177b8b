// encoding.h: audio files to latents: channels averaged, at the model's rate, encoded by the
// streaming engine's encoder. Blocks and allocates; any thread.
#ifndef TRASLUZ_ENCODING_H
#define TRASLUZ_ENCODING_H

#include "audio/audio.h"
#include "audio/time_part.h"
#include "latent/latent.h"

#include <stdio.h>

// Encodes an audio file or a part of it: a frame begins with the part's first sample, and the
// encoder hears what is around it. latent->samples is the number of the part's samples. Shows its
// progress on `progress` if that is a terminal; NULL for none. Refuses a file that is too long for
// a latent file. Messages name the path; *faults gets the faults that were found in the audio. The
// caller frees the latent.
Latent *encode_audio(const Model *model, const TimePart *part, FILE *progress, AudioFaults *faults,
                     Error *error);

#endif
