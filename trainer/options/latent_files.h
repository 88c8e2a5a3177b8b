// latent_files.h: latents from files, and sounds to files. A latent is read from a latent
// file or encoded from audio; what it decodes to is written. For the main thread alone;
// blocks and allocates.
#ifndef TRASLUZ_LATENT_FILES_H
#define TRASLUZ_LATENT_FILES_H

#include "audio/temp_audio.h"
#include "audio/time_part.h"
#include "cli/command.h"
#include "latent/latent.h"
#include "latents/carrier.h"

// Loads a latent file that this model made, or encodes audio and notes its faults; only the part's
// range of time, which is exact to the sample in audio and to the frame in a latent file. Messages
// name the path. The caller frees the latent.
Latent *latent_source_load(const Command *command, const TimePart *part, const Model *model,
                           Error *error);

// The option --carrier of the commands that decode: its value is the path, a const char *.
extern const Option carrier_options[];

// Opens the carrier that a model of spectra needs to decode the latent, from the file `path` or
// noise where that is NULL; see carrier.h. Refuses a file where the model needs none, and notes the
// file's faults. The caller closes the carrier, also on error.
bool command_open_carrier(Carrier *carrier, const Command *command, const char *path, uint32_t seed,
                          const Latent *latent, const Model *model, const char *output,
                          Error *error);

// Decodes a latent to a store beside `path`; the caller frees the store after it used the sound.
// NULL on error.
TempAudio *latent_decode(Sound *sound, const char *path, const Latent *latent, const Model *model,
                         const Carrier *carrier, Error *error);

// Writes an audio file of one channel at `rate` (Hz), and notes what the format clipped.
bool command_write_audio(const Command *command, const char *path, double rate, const Sound *sound,
                         Error *error);

// Loads a latent file that fits the model; the message names the path. NULL on error; the caller
// frees it with latent_free().
Latent *latent_file_load(const char *path, const Model *model, Error *error);

// What to do with audio that is no latent file, see explain_audio.h.
#define MAKE_A_LATENT "make a file of latents of it with trainer encode"

#endif
