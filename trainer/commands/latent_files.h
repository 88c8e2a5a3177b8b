// latent_files.h: latents from files, and sounds to files. A latent is read from a latent
// file or encoded from audio; what it decodes to is written. For the main thread alone;
// blocks and allocates.
#ifndef TRASLUZ_LATENT_FILES_H
#define TRASLUZ_LATENT_FILES_H

#include "audio/temp_audio.h"
#include "cli/command.h"
#include "latent/latent.h"

// Loads a latent file that this model made, or encodes audio and notes its faults. Messages name
// the path. The caller frees the latent.
Latent *latent_source_load(const Command *command, const char *path, const Model *model,
                           Error *error);

// Decodes a latent to a store beside `path`; the caller frees the store after it used the sound.
// NULL on error.
TempAudio *latent_decode(Sound *sound, const char *path, const Latent *latent, const Model *model,
                         Error *error);

// Writes an audio file of one channel at `rate` (Hz), and notes what the format clipped.
bool command_write_audio(const Command *command, const char *path, double rate, const Sound *sound,
                         Error *error);

#endif
