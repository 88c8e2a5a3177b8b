// step_plan.h: how many steps of a training fit in a time, for `--minutes`. The number depends on
// the machine; the training that is then told that number does not. For the main thread.
#ifndef TRASLUZ_STEP_PLAN_H
#define TRASLUZ_STEP_PLAN_H

#include "base/pool.h"
#include "training/training_options.h"

// Measures some seconds of steps and of losses on the first minutes of a clip, and writes the steps
// that fit in `seconds` beside everything else that the training does; at least one for each epoch.
// All processes call it and get the same number (see ranks.h). Allocates.
bool step_plan(const TrainingOptions *options, const Dataset *dataset, Pool *pool, double seconds,
               size_t *steps, Error *error);

#endif
