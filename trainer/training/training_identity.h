// training_identity.h: the text of everything that decides a training's weights, kept in its
// checkpoint: only the same training may resume it. Any thread.
#ifndef TRASLUZ_TRAINING_IDENTITY_H
#define TRASLUZ_TRAINING_IDENTITY_H

#include "training/training_options.h"

enum { TRAINING_IDENTITY = ARCH_TEXT_MAX + 512 };

// Writes the text, "name value, name value, ...".
void training_identity(const TrainingOptions *options, const Dataset *dataset,
                       char text[TRAINING_IDENTITY]);

// Returns false, with a message, if this process has other settings or music than the first one.
// All processes call it (see ranks.h).
bool training_identity_shared(const char text[TRAINING_IDENTITY], Error *error);

#endif
