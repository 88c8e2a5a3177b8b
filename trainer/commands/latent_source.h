// latent_source.h: latents by the name of a file: a latent that is stored, or audio that is encoded
// for it. For the main thread alone.
#ifndef TRASLUZ_LATENT_SOURCE_H
#define TRASLUZ_LATENT_SOURCE_H

#include "commands/command.h"
#include "latent/latent.h"

// Loads a latent file that this model made, or encodes audio, whose faults are told in the
// command's name. Messages name the path. The caller frees the latent.
Latent *latent_source_load(const Command *command, const char *path, const Model *model,
                           Error *error);

#endif
