// training.h: one training, from its options to its weights file. It can be stopped at any step and
// resumed, to the same weights bit for bit.
//
// Beside the weights OUT.safetensors it writes OUT.csv, a line for each epoch, OUT.html, the page
// that plays a piece, and until it is finished OUT.checkpoint, which then becomes OUT.finished.
#ifndef TRASLUZ_TRAINING_H
#define TRASLUZ_TRAINING_H

#include "base/pool.h"
#include "training/training_options.h"

#include <signal.h>
#include <stdio.h>

typedef enum { TRAINING_DONE, TRAINING_STOPPED, TRAINING_FAILED } TrainingEnd;

// Trains and writes the weights with the smallest validation loss: the training's own loss, with
// its spectral part, over the validation windows at their own level. When the loss or gradient of a
// step is not finite, the training ends: the weights of the best epoch before it are written, and
// the error names what to lower.
//
// Runs until all epochs are done, the plateau schedule ends it, or *stop becomes true: then the
// step is finished, the checkpoint and the best weights so far are written, and TRAINING_STOPPED is
// returned. Writes one line for each epoch to `log`.
TrainingEnd training_run(const TrainingOptions *options, const Dataset *dataset, Pool *pool,
                         const volatile sig_atomic_t *stop, FILE *log, Error *error);

#endif
