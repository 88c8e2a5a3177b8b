// epochs.h: the loop of a training over epochs and steps, the same for every network. It can stop
// between two steps and be resumed there.
#ifndef TRASLUZ_EPOCHS_H
#define TRASLUZ_EPOCHS_H

#include "files/error.h"

#include <stdbool.h>
#include <stdint.h>

// What a training does at each point of the loop. Epochs and steps are counted from 0. A function
// that returns false, with a message, ends the loop.
typedef struct {
    void *data;

    // Orders the epoch's items and sets the number of its steps.
    bool (*begin)(void *data, int epoch, uint64_t *steps, Error *error);

    // Takes one step.
    bool (*step)(void *data, int epoch, uint64_t step, uint64_t steps, Error *error);

    // Ends the epoch: measures validation, keeps the best weights, reports.
    bool (*end)(void *data, int epoch, Error *error);

    // Asked before each step: true stops there. NULL: never.
    bool (*stops)(void *data);

    // Asked before each epoch: true ends the training there. NULL: never.
    bool (*finished)(void *data);
} EpochLoop;

typedef enum { EPOCHS_DONE, EPOCHS_STOPPED, EPOCHS_FAILED } EpochsEnd;

// Runs from step `step` of epoch `epoch` to the end of `epochs`.
EpochsEnd epochs_run(const EpochLoop *loop, int epoch, uint64_t step, int epochs, Error *error);

#endif
