// training_options.h: what a training is told, and what it reports of each epoch. Plain values.
#ifndef TRASLUZ_TRAINING_OPTIONS_H
#define TRASLUZ_TRAINING_OPTIONS_H

#include "data/corruption.h"
#include "data/dataset.h"
#include "model/model.h"
#include "network/linear_init.h"
#include "network/loss.h"
#include "network/schedule.h"

// Windows that a training by steps measures its losses on after each epoch, and the losses and the
// statistics of its latent on at the end, spread evenly over the music: a large library takes no
// longer. Other trainings measure all windows.
enum { TRAINING_VALIDATION_WINDOWS = 2048, TRAINING_STATISTICS_WINDOWS = 8192 };

// The result of an epoch.
typedef struct {
    int epoch; // from 1
    double train_loss, validation_loss;
    double validation_mse;   // mean squared error of the same windows, for any loss
    double learning_rate;    // of its last step
    const float *parameters; // as they are now
    const float *band_mean;  // [bands], of a spectrum; else NULL
} TrainingEpoch;

// Called at the end of each epoch, before the checkpoint is written; twice for the same epoch if
// the program is killed in between. When it returns false the training ends with its error.
typedef bool TrainingObserver(void *data, const TrainingEpoch *epoch, Error *error);

typedef struct TrainingOptions {
    Arch arch;
    LinearInit init;
    double rate;           // Hz
    size_t window;         // samples
    int batch;             // windows
    Schedule schedule;     // of Adam's learning rate
    size_t steps;          // of the whole training, in equal epochs; 0: an epoch is a pass
    Loss loss;             // that the training lowers
    double random_gain;    // dB, see random_gain.h; 0: none
    Corruption corruption; // of a spectrum's levels
    double latent_noise;   // standard deviations of each channel; 0: none
    size_t per_clip;       // windows an epoch takes from each clip; 0: all
    size_t epoch_windows;  // windows in an epoch; 0: all
    SplitMethod split;
    uint32_t seed;                           // of initial weights, order and draw of the split
    const char *output;                      // the weights file
    const char *author, *licence;            // the same; NULL for none
    const char *name, *trained_on, *command; // for the weights file's metadata
    const Model *from;                       // weights to start from, or NULL
    // Of a finished training that is resumed with more epochs: its options; else NULL.
    const struct TrainingOptions *finished;
    size_t runs_after;          // of a sweep: trainings that follow this one
    bool resume;                // from the checkpoint
    bool page;                  // write the page that plays a piece, see listening_page.h
    TrainingObserver *observer; // may be NULL
    void *observer_data;
} TrainingOptions;

#endif
