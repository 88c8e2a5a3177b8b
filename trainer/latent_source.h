// latent_source.h: latents by the name of a file: a latent that is stored, or audio that is encoded
// for it; all of it, or a part. For the main thread alone.
#ifndef TRASLUZ_LATENT_SOURCE_H
#define TRASLUZ_LATENT_SOURCE_H

#include "command.h"
#include "latent.h"

// Loads a latent file that this model made, or encodes audio, whose faults are told in the
// command's name. Messages name the path. The caller frees the latent.
Latent *latent_source_load(const Command *command, const char *path, const Model *model,
                           Error *error);

typedef struct {
    double value;
    bool percent; // of the whole; else seconds
} PartBound;

typedef struct {
    char *path;
    bool whole;
    PartBound from, to; // a stretch of time
} LatentPart;

// Reads FILE or FILE@FROM-TO, where FROM and TO are seconds, or percent where a '%' follows;
// without FROM from the beginning, without TO to the end. A file that is there under the whole name
// is taken as it is. The caller frees part->path.
bool latent_part_parse(LatentPart *part, const char *text, Error *error);

// Loads what the part names; one without a single frame is refused.
Latent *latent_part_load(const Command *command, const LatentPart *part, const Model *model,
                         Error *error);

#endif
