// explain_audio.h: what to say of audio that was given where a file of the trainer is needed. For
// one thread.
#ifndef TRASLUZ_EXPLAIN_AUDIO_H
#define TRASLUZ_EXPLAIN_AUDIO_H

#include "files/error.h"

#include <stdbool.h>

// What to do, where more than one command needs it.
#define NEEDS_A_CLASSIFIER                                                                         \
    "the weights of a classifier are needed, which trainer classify makes of latents"

// True if the file begins as safetensors files do. Blocks.
bool is_safetensors(const char *path);

// Writes a better message if a file that was refused is audio: that it is, and what to do. Returns
// false always. Blocks and allocates.
bool explain_audio(const char *path, const char *what_to_do, Error *error);

#endif
