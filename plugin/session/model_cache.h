// model_cache.h: one copy in memory of each model, however many plugin instances load it. A model
// is freed when its last user lets it go: the cache keeps nothing alive by itself. It keeps the
// bytes of a file beside its model, to know the file again. Any thread but
// the audio thread; locks and allocates.
#ifndef TRASLUZ_MODEL_CACHE_H
#define TRASLUZ_MODEL_CACHE_H

#include "model/model.h"

// Returns the model of a weights file's bytes, and writes the file's SHA-256; NULL on error. A file
// that is in use already is neither parsed nor hashed again. The caller ends with
// model_cache_release().
const Model *model_cache_load(const unsigned char *bytes, size_t size, char digest[HASH_TEXT],
                              Error *error);

// Takes ownership of the model. Returns an equal model that is in use already (same fingerprint and
// training level), else the given one. The caller ends with model_cache_release(). NULL where the
// model is NULL or memory is short.
const Model *model_cache_share(Model *model);

// Counts one more user of a shared model. NULL is allowed.
const Model *model_cache_retain(const Model *model);

// Counts one user less; the last one frees the model. NULL is allowed.
void model_cache_release(const Model *model);

#endif
