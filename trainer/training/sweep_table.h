// sweep_table.h: the results of a sweep's runs: a table sorted by validation loss, and the curves
// of their losses. For one thread; allocates.
#ifndef TRASLUZ_SWEEP_TABLE_H
#define TRASLUZ_SWEEP_TABLE_H

#include "model/model.h"
#include "training/sweep_file.h"

#include <stdio.h>

typedef enum { SWEEP_WAITING, SWEEP_DONE, SWEEP_FAILED } SweepState;

typedef struct {
    size_t number;           // of the combination in the sweep file
    char label[SWEEP_LABEL]; // also the folder's name
    const char *folder;      // path
    Arch arch;
    size_t window;
    SweepState state;
    ModelInfo info; // of the weights, if the run is finished
    Error reason;   // why it failed
} SweepRow;

// Sorts the rows: finished runs by validation loss, then failed ones, then those that have not
// started; equal ones keep the order of the file.
void sweep_table_sort(SweepRow *row, size_t rows);

// Prints the table for people.
void sweep_table_print(const SweepFile *file, const SweepRow *row, size_t rows, FILE *to);

// Write FOLDER/sweep.csv and FOLDER/sweep.md.
bool sweep_table_write(const SweepFile *file, const SweepRow *row, size_t rows, const char *folder,
                       Error *error);

// Draws FOLDER/train_loss.svg and FOLDER/validation_loss.svg: the losses by epoch of the sixteen
// best finished runs.
bool sweep_table_draw(const SweepRow *row, size_t rows, const char *folder, Error *error);

#endif
