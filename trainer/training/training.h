// training.h: one training, from its options to its weights file: the loop over epochs, and what is
// kept on disk so that it can be stopped at any step and gone on with, to the same weights bit for
// bit.
//
// Beside the weights OUT.safetensors it keeps OUT.csv, a line for each epoch, and while it is not
// finished OUT.checkpoint.
#ifndef TRASLUZ_TRAINING_H
#define TRASLUZ_TRAINING_H

#include "base/pool.h"
#include "data/dataset.h"
#include "model/arch.h"
#include "network/loss.h"
#include "network/schedule.h"

#include <signal.h>

// How an epoch ended.
typedef struct {
    int epoch; // from 1
    double train_loss, validation_loss;
    double validation_mse;   // the same windows' mean squared error, whatever the loss is
    double learning_rate;    // of its last step
    const float *parameters; // as they are now
} TrainingEpoch;

// Called at the end of each epoch, before the checkpoint is written: of an epoch that a kill falls
// into it may hear twice. Where it returns false the training ends with its error.
typedef bool TrainingObserver(void *data, const TrainingEpoch *epoch, Error *error);

typedef struct {
    Arch arch;
    double rate;                             // Hz
    size_t window;                           // samples
    int batch;                               // windows
    Schedule schedule;                       // of Adam's learning rate
    Loss loss;                               // what is made small
    double random_gain;                      // see random_gain.h; decibels, 0: none
    size_t per_clip;                         // windows an epoch takes from each clip; 0: all
    size_t epoch_windows;                    // windows in an epoch; 0: all
    uint32_t seed;                           // of first weights, split and order
    const char *output;                      // the weights file
    const char *name, *trained_on, *command; // for the weights file's metadata
    bool resume;                             // go on from the checkpoint
    TrainingObserver *observer;              // may be NULL
    void *observer_data;
} TrainingOptions;

typedef enum { TRAINING_DONE, TRAINING_STOPPED, TRAINING_FAILED } TrainingEnd;

// The weights that are kept are those with the smallest validation loss, which is the training's
// own loss, spectral part and all, over the validation windows at their own level. A step whose
// loss or gradient is not a finite number ends the training: the weights of the best epoch before
// it are written, and the error says what to lower.
//
// Runs until the epochs are done, the rate has been halved away, or *stop becomes true: then the
// step is finished, the checkpoint and the best weights so far are written, and TRAINING_STOPPED is
// returned. One line an epoch goes to `log`.
TrainingEnd training_run(const TrainingOptions *options, const Dataset *dataset, Pool *pool,
                         const volatile sig_atomic_t *stop, FILE *log, Error *error);

// The checkpoint's path for a weights file's; the caller frees it. NULL where memory is short.
char *training_checkpoint_path(const char *output);

// The same for the table of losses; and whether a file is such a table.
char *training_table_path(const char *output);
bool training_is_table(const char *path);

#endif
