// latent_parts.h: the parts of a new latent, as they are typed: latent files, audio files, folders
// of audio files, or a range of time of a file. For the main thread alone.
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
    PartBound from, to; // a range of time
} LatentPart;

// Reads FILE, FILE@FROM-TO or FILE@FROM, where FROM and TO are seconds, minutes and seconds as in
// 1:30, or percent if a '%' follows; without FROM from the beginning, without TO to the end. If a
// file has the whole name, that file is meant. The caller frees part->path.
bool latent_part_parse(LatentPart *part, const char *text, Error *error);

typedef struct {
    LatentPart *part;
    size_t count;
} LatentParts;

// Finds the parts that the words name: each is a part, or a folder whose audio files all are parts.
// At most `most` of them (0: all). The caller frees the parts, also on error.
bool latent_parts_find(LatentParts *parts, const char *const *words, size_t count, size_t most,
                       Error *error);
void latent_parts_free(LatentParts *parts);

// Loads all parts, see latent_files.h; refuses a part without frames. The caller frees them with
// latents_free(), which allows NULL, also among the latents.
Latent **latent_parts_load(const Command *command, const LatentParts *parts, const Model *model,
                           Error *error);
void latents_free(Latent **latents, size_t count);

#endif
