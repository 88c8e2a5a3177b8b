// evaluation.h: the clips of a set through encoder and decoder, on all threads: the score of each
// (see score.h), the decoded audio for a caller that wants it, and the table of the scores.
//
// For one thread at a time.
#ifndef TRASLUZ_EVALUATION_H
#define TRASLUZ_EVALUATION_H

#include "analysis/score.h"
#include "data/dataset.h"

#include <stdio.h>

typedef struct {
    const Model *model;
    const Dataset *dataset;
    size_t *clip; // [clips], indices of dataset->clip
    size_t clips;
    Score *score; // [clips]
} Evaluation;

// Takes the decoded audio of a clip, as long as the clip; called by any thread, once for each clip.
// False stops the evaluation.
typedef struct {
    bool (*take)(void *data, const Clip *clip, const Score *score, const Sound *decoded,
                 Error *error);
    void *data;
    const char *folder; // where the audio is kept until then
} DecodedTaker;

// Evaluates the clips of a split, and files that were named one by one; SPLITS: all clips. `taker`
// may be NULL. Fails if there is none. Shows its progress on
// standard error. The caller ends it with evaluation_free(), also where it failed; model and
// dataset must stay.
bool evaluation_run(Evaluation *evaluation, const Model *model, const Dataset *dataset, Split split,
                    Pool *pool, const DecodedTaker *taker, Error *error);
void evaluation_free(Evaluation *evaluation);

typedef enum { TABLE_TEXT, TABLE_TSV, TABLE_CSV } TableForm;

// Prints a line for each clip, then the means over clips and over all samples. A silent clip has no
// SNR and is left out of that mean. A terminal gets the columns of the model's kind, files all.
void evaluation_print(const Evaluation *evaluation, TableForm form, FILE *to);

// Returns true if a file is such a table, as CSV.
bool evaluation_is_table(const char *path);

// Prints what the reader of the table should know, if anything.
void evaluation_print_notes(const Evaluation *evaluation, FILE *to);

#endif
