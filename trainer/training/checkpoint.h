// checkpoint.h: all of a training's state between two steps, and its file: a safetensors file with
// metadata of our own. Blocks and allocates; for one thread.
#ifndef TRASLUZ_CHECKPOINT_H
#define TRASLUZ_CHECKPOINT_H

#include "files/error.h"
#include "model/arch.h"
#include "network/adam.h"
#include "network/schedule.h"

#include <jansson.h>

typedef struct {
    size_t count; // parameters
    float *parameters;
    Adam adam;
    float *best;           // parameters with the smallest validation loss so far
    int epoch;             // under way, from 0
    uint64_t step;         // steps of it that are done
    double loss_sum;       // over the windows of these steps
    uint64_t loss_windows; // number of these windows
    double seconds;        // spent in these steps; 0 in files of earlier versions
    int best_epoch;        // from 1; 0: none yet
    double best_validation, best_train;
    ScheduleState schedule;
} Checkpoint;

// Allocates the arrays, all zero.
bool checkpoint_init(Checkpoint *checkpoint, const Arch *arch, Error *error);
void checkpoint_free(Checkpoint *checkpoint);

// Writes the file; `identity` names the training, see training_identity.h, and `music` its files,
// see music_list.h; a list that is too long for the file is left out.
bool checkpoint_write(const Checkpoint *checkpoint, const char *identity, const json_t *music,
                      const char *path, Error *error);

// Reads the file into an initialised checkpoint; refuses that of another training. After an error
// the checkpoint is not to be used. Messages name the path.
bool checkpoint_read(Checkpoint *checkpoint, const char *identity, const json_t *music,
                     const char *path, Error *error);

// How long a training is, as its file says.
typedef struct {
    size_t epochs;             // done
    size_t steps;              // planned, of a training by steps; else 0
    size_t continued, planned; // epochs, of a finished training that went on; else 0
} CheckpointLength;

bool checkpoint_length(CheckpointLength *length, const char *path, Error *error);

// Gives all processes the first one's checkpoint (see ranks.h).
void checkpoint_copy(Checkpoint *checkpoint);

#endif
