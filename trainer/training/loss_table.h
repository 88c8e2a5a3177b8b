// loss_table.h: the table of a training's losses, OUT.csv beside OUT.safetensors: one line for each
// epoch. Only the first process writes (see ranks.h). For one thread.
#ifndef TRASLUZ_LOSS_TABLE_H
#define TRASLUZ_LOSS_TABLE_H

#include "training/training_options.h"

#include <stdio.h>

typedef struct {
    char *path;
    FILE *file; // NULL in the other processes
} LossTable;

// Opens the table of a weights file and keeps the lines of the first `epochs`. A line whose
// checkpoint was never written is dropped: its epoch will be repeated. Allocates; the caller closes
// it, also on error.
bool loss_table_open(LossTable *table, const char *output, int epochs, Error *error);
void loss_table_close(LossTable *table);

// Adds an epoch's line; `audio` is the length of its windows and `seconds` the time of its steps.
bool loss_table_add(LossTable *table, const TrainingEpoch *epoch, double audio, double seconds,
                    Error *error);

#endif
