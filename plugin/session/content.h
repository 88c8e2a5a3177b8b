// content.h: a chosen file in memory: its bytes, and the model or reference that was read from
// them. Blocks and allocates; never on the audio thread.
#ifndef TRASLUZ_CONTENT_H
#define TRASLUZ_CONTENT_H

#include "latent/latent.h"
#include "session/copy.h"

// All zero where nothing is loaded.
typedef struct {
    Copy copy;          // the file's bytes, kept for the next save: the file is not read again
    const Model *model; // of a weights file, shared by model_cache.h
    Latent *reference;  // of a latent file
} Content;

// Reads and parses the property's file. On error only `copy` may be set, to the bytes that were
// read. Messages do not repeat the path.
bool content_load_file(Content *content, Property property, const char *path, Error *error);

// Checks and parses a session's copy, which the content takes over. On error nothing is left.
bool content_load_copy(Content *content, Property property, Copy *copy, Error *error);

bool content_is_loaded(const Content *content);

// True if both hold the same model, or references of the same values.
bool content_equals(const Content *a, const Content *b);

// True if both play the same. NULL is no reference.
bool reference_equals(const Latent *a, const Latent *b);

// Moves what is in `from`; frees what was in `to`.
void content_move(Content *to, Content *from);
void content_free(Content *content);

#endif
