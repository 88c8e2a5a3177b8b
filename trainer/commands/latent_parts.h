// latent_parts.h: what a new latent is made of, by the words of a call: latent files, audio files,
// folders of these, or a stretch of time of one. For the main thread alone.
#ifndef TRASLUZ_LATENT_PARTS_H
#define TRASLUZ_LATENT_PARTS_H

#include "cli/command.h"
#include "latent/latent.h"

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

typedef struct {
    LatentPart *part;
    size_t count;
} LatentParts;

// Finds the parts that the words name, each a folder, all of whose audio files are taken, or one
// part; `most` of them (0: all). The caller frees the parts, also on error.
bool latent_parts_find(LatentParts *parts, const char *const *words, size_t count, size_t most,
                       Error *error);
void latent_parts_free(LatentParts *parts);

// Loads each, see latent_files.h; one without a single frame is refused. The caller ends it with
// latents_free(), where NULL is allowed, as it is among the latents.
Latent **latent_parts_load(const Command *command, const LatentParts *parts, const Model *model,
                           Error *error);
void latents_free(Latent **latents, size_t count);

#endif
