// training_weights.h: the weights file of a training. For the main thread; all processes call it
// and the first one writes (see ranks.h).
#ifndef TRASLUZ_TRAINING_WEIGHTS_H
#define TRASLUZ_TRAINING_WEIGHTS_H

#include "analysis/level_pca.h"
#include "training/batch.h"
#include "training/checkpoint.h"
#include "training/training_options.h"

// Writes the best weights so far, with the statistics of their latent over the training windows and
// their loss on the test windows, at most `most` of each (0: all), and one line to `log`, which may
// be NULL. `levels` is that of a spectrum, all zero
// for samples. Allocates.
bool training_write_weights(const TrainingOptions *options, const Dataset *dataset, Batch *batch,
                            const LevelPca *levels, const Checkpoint *state, size_t most, FILE *log,
                            Error *error);

#endif
