// run_folder.h: trains in a folder of its own:
//
//     config.json           all settings (see run_config.h)
//     weights.safetensors   the best weights
//     weights.csv           losses, a row for each epoch
//     weights.html          a page that plays a piece by the best weights
//     weights.checkpoint    until the training is finished
//     weights.finished      from then on: the last state, for a training that goes on
//     events.out.tfevents…  for TensorBoard (see run_log.h), a file for each start of the program
//
// For one thread; allocates and blocks.
#ifndef TRASLUZ_RUN_FOLDER_H
#define TRASLUZ_RUN_FOLDER_H

#include "training/training.h"

typedef enum { RUN_NEW, RUN_STOPPED, RUN_DONE } RunState;

// Finds how far the training in a folder is; the folder may be missing.
bool run_folder_state(const char *path, RunState *state, Error *error);

// False, with a message, if the folder contains the results of another command.
bool run_folder_may_write(const char *path, Error *error);

// True if the folder's training has the same settings and data.
bool run_folder_check(const char *path, const TrainingOptions *options, const Dataset *dataset,
                      Error *error);

// Removes the training that a folder contains, and the folder if nothing else is in it. A folder
// without a training, or none, stays as it is; that of another command is refused.
bool run_folder_remove(const char *path, Error *error);

// Returns the path of the weights in a folder; the caller frees it. NULL if out of memory.
char *run_folder_weights(const char *path);

// Trains in the folder, as training_run() does: `output` is its weights file, `observer` its log.
// Resumes if options->resume is true, otherwise removes the files of an older training first.
TrainingEnd run_folder_train(const char *path, const TrainingOptions *options,
                             const Dataset *dataset, Pool *pool, const volatile sig_atomic_t *stop,
                             FILE *log, Error *error);

#endif
