// training.h: one training, from its options to its weights file. It can be stopped at any step and
// resumed, to the same weights bit for bit.
//
// Beside the weights OUT.safetensors it writes OUT.csv, a line for each epoch, and until it is
// finished OUT.checkpoint.
#ifndef TRASLUZ_TRAINING_H
#define TRASLUZ_TRAINING_H

#include "base/pool.h"
#include "data/dataset.h"
#include "model/arch.h"
#include "network/loss.h"
#include "network/schedule.h"

#include <signal.h>

// The result of an epoch.
typedef struct {
    int epoch; // from 1
    double train_loss, validation_loss;
    double validation_mse;   // mean squared error of the same windows, for any loss
    double learning_rate;    // of its last step
    const float *parameters; // as they are now
} TrainingEpoch;

// Called at the end of each epoch, before the checkpoint is written; twice for the same epoch if the
// program is killed in between. When it returns false the training ends with its error.
typedef bool TrainingObserver(void *data, const TrainingEpoch *epoch, Error *error);

typedef struct {
    Arch arch;
    double rate;                             // Hz
    size_t window;                           // samples
    int batch;                               // windows
    Schedule schedule;                       // of Adam's learning rate
    Loss loss;                               // that the training lowers
    double random_gain;                      // dB, see random_gain.h; 0: none
    size_t per_clip;                         // windows an epoch takes from each clip; 0: all
    size_t epoch_windows;                    // windows in an epoch; 0: all
    uint32_t seed;                           // of initial weights, split and order
    const char *output;                      // the weights file
    const char *name, *trained_on, *command; // for the weights file's metadata
    bool resume;                             // from the checkpoint
    TrainingObserver *observer;              // may be NULL
    void *observer_data;
} TrainingOptions;

typedef enum { TRAINING_DONE, TRAINING_STOPPED, TRAINING_FAILED } TrainingEnd;

// Trains and writes the weights with the smallest validation loss: the training's own loss, with its
// spectral part, over the validation windows at their own level. When the loss or gradient of a step
// is not finite, the training ends: the weights of the best epoch before it are written, and the
// error names what to lower.
//
// Runs until all epochs are done, the plateau schedule ends it, or *stop becomes true: then the step
// is finished, the checkpoint and the best weights so far are written, and TRAINING_STOPPED is
// returned. Writes one line for each epoch to `log`.
TrainingEnd training_run(const TrainingOptions *options, const Dataset *dataset, Pool *pool,
                         const volatile sig_atomic_t *stop, FILE *log, Error *error);

#endif
