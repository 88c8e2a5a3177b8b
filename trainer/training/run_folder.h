// run_folder.h: a training in a folder of its own:
//
//     config.json           what it was made of (see run_config.h)
//     weights.safetensors   the best weights
//     weights.csv           losses, a line for each epoch
//     weights.checkpoint    while it is not finished
//     events.out.tfevents…  for TensorBoard (see run_log.h), a file for each start of the program
//
// For one thread; allocates and blocks.
#ifndef TRASLUZ_RUN_FOLDER_H
#define TRASLUZ_RUN_FOLDER_H

#include "training/training.h"

typedef enum { RUN_NEW, RUN_STOPPED, RUN_DONE } RunState;

// How far the training in a folder is, which need not be there.
bool run_folder_state(const char *path, RunState *state, Error *error);

// False, and said why, where a folder's results are of something else than a training.
bool run_folder_may_write(const char *path, Error *error);

// True if the folder's training has the same settings and data.
bool run_folder_check(const char *path, const TrainingOptions *options, const Dataset *dataset,
                      Error *error);

// The path of the weights in a folder; the caller frees it. NULL where memory is short.
char *run_folder_weights(const char *path);

// Trains in the folder, as training_run() does: `output` is its weights file, `observer` its log.
// Goes on where options->resume says so, else what an older training left there is removed.
TrainingEnd run_folder_train(const char *path, const TrainingOptions *options,
                             const Dataset *dataset, Pool *pool, const volatile sig_atomic_t *stop,
                             FILE *log, Error *error);

#endif
