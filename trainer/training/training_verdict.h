// training_verdict.h: the end of a training in a musician's words: how well the model gives music
// back that it never heard, against what, whether more time would help, and how to hear it. For the
// main thread; allocates.
#ifndef TRASLUZ_TRAINING_VERDICT_H
#define TRASLUZ_TRAINING_VERDICT_H

#include "base/pool.h"
#include "training/training_options.h"

// Measures the weights file that options->output names on excerpts of the test pieces, and prints.
bool training_verdict(const TrainingOptions *options, const Dataset *dataset, Pool *pool, FILE *to,
                      Error *error);

#endif
