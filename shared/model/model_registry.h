// model_registry.h: one copy in memory of each model, however many plugin instances load it. The
// registry holds no references of its own: a model that nobody uses any more is freed as ever. Any
// thread but the audio thread; locks.
#ifndef TRASLUZ_MODEL_REGISTRY_H
#define TRASLUZ_MODEL_REGISTRY_H

#include "model/model.h"

// Takes the caller's reference over and gives one to the model that stands for it: the one of the
// same fingerprint and level that is in use already, else the given one, from now on. NULL gives
// NULL.
Model *model_registry_share(Model *model);

// For model_unref() alone, when the last reference is gone.
void model_registry_forget(Model *model);

#endif
