// checkpoint.h: all of a training's state between two steps, and its file (a safetensors file of
// our own format).
#ifndef TRASLUZ_CHECKPOINT_H
#define TRASLUZ_CHECKPOINT_H

#include "files/error.h"
#include "model/arch.h"
#include "network/adam.h"
#include "network/schedule.h"

typedef struct {
    size_t count; // parameters
    float *parameters;
    Adam adam;
    float *best;           // parameters with the best validation loss so far
    int epoch;             // under way, from 0
    uint64_t step;         // steps of it that are done
    double loss_sum;       // of their windows
    uint64_t loss_windows; // that many
    int best_epoch;        // from 1; 0: none yet
    double best_validation, best_train;
    ScheduleState schedule;
} Checkpoint;

// Allocates the arrays, all zero.
bool checkpoint_init(Checkpoint *checkpoint, const Arch *arch, Error *error);
void checkpoint_free(Checkpoint *checkpoint);

// `identity` says which training it is; reading refuses another one's file.
bool checkpoint_write(const Checkpoint *checkpoint, const char *identity, const char *path,
                      Error *error);
// All processes get the first one's (see ranks.h).
void checkpoint_copy(Checkpoint *checkpoint);

bool checkpoint_read(Checkpoint *checkpoint, const char *identity, const char *path, Error *error);

#endif
