// latent_parts.h: the parts of a new latent, as they are typed: latent files, audio files, folders
// of audio files, or a range of time of a file. For the main thread alone.
#ifndef TRASLUZ_LATENT_PARTS_H
#define TRASLUZ_LATENT_PARTS_H

#include "audio/time_part.h"
#include "cli/command.h"
#include "latent/latent.h"

typedef struct {
    TimePart *part;
    bool *found; // of each part: in a folder, not named
    size_t count;
} LatentParts;

// Finds the parts that the words name: each is a part, or a folder whose audio files all are parts.
// At most `most` of them (0: all). The caller frees the parts, also on error.
bool latent_parts_find(LatentParts *parts, const char *const *words, size_t count, size_t most,
                       Error *error);
void latent_parts_free(LatentParts *parts);

// Loads all parts, see latent_files.h; refuses a part without frames. A part that was found in a
// folder and cannot be read is named on standard error and removed from `parts`; fails if none is
// left. The caller frees the latents with latents_free(), which allows NULL, also among them.
Latent **latent_parts_load(const Command *command, LatentParts *parts, const Model *model,
                           Error *error);
void latents_free(Latent **latents, size_t count);

#endif
