// model_cache.h: one copy in memory of each model, however many plugin instances load it. A model
// is freed when its last user lets it go: the cache keeps nothing alive by itself. Any thread but
// the audio thread; locks and allocates.
#ifndef TRASLUZ_MODEL_CACHE_H
#define TRASLUZ_MODEL_CACHE_H

#include "model/model.h"

// Takes ownership of the model. Returns an equal model that is in use already (same fingerprint and
// training level), else the given one. The caller ends with model_cache_release(). NULL where the
// model is NULL or memory is short.
const Model *model_cache_share(Model *model);

// Counts one more user of a shared model. NULL is allowed.
const Model *model_cache_retain(const Model *model);

// Counts one user less; the last one frees the model. NULL is allowed.
void model_cache_release(const Model *model);

#endif
