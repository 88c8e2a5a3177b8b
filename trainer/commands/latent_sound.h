// latent_sound.h: decodes a latent to a sound, and writes sounds: for the commands whose results are
// audio files. For the main thread alone; blocks and allocates.
#ifndef TRASLUZ_LATENT_SOUND_H
#define TRASLUZ_LATENT_SOUND_H

#include "audio/temp_audio.h"
#include "commands/command.h"
#include "latent/latent.h"

// Decodes to a store beside `path`; the caller frees it after the sound. NULL on error.
SoundStore *latent_sound_decode(Sound *sound, const char *path, const Latent *latent,
                                const Model *model, Error *error);

// Writes an audio file of one channel at `rate` (Hz), and notes what the format clipped.
bool command_write_audio(const Command *command, const char *path, double rate, const Sound *sound,
                         Error *error);

#endif
