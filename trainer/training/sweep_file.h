// sweep_file.h: reads a grid of trainings from a small text file:
//
//     # Two networks of the report's figure 3, at two learning rates.
//     arch = figure3_1 figure3_2
//     learning-rate = 0.001, 0.0003
//
// Each line gives a setting of `trainer train` (see training_settings.h) one value or several, with
// spaces, or commas and spaces, between them. Instead of `arch`, the four lists channels, kernels,
// strides and paddings can be given; each value has a number for each layer: "64,32,8". The runs
// are all combinations; the values of the last line change fastest. `#` begins a comment.
//
// Parsing takes any bytes. Any thread; a SweepFile does not change once it is made.
#ifndef TRASLUZ_SWEEP_FILE_H
#define TRASLUZ_SWEEP_FILE_H

#include "training/training_settings.h"

enum {
    SWEEP_FILE_MAX = 1 << 16, // bytes
    SWEEP_KEYS_MAX = 32,
    SWEEP_VALUES_MAX = 256, // of a key
    SWEEP_RUNS_MAX = 1000,
    SWEEP_LABEL = 160, // bytes of a run's label, its NUL included
};

typedef struct {
    const char *name;
    int line;
    const char *value[SWEEP_VALUES_MAX];
    size_t values;
} SweepKey;

typedef struct {
    char *text; // names and values point into it
    SweepKey key[SWEEP_KEYS_MAX];
    size_t keys;
    size_t runs;
} SweepFile;

// Reads bytes[0, size). Allocates; NULL, with the line number and the reason, if a line is not
// understood, a value is not valid for its setting, or a limit is exceeded.
SweepFile *sweep_file_parse(const void *bytes, size_t size, Error *error);
void sweep_file_free(SweepFile *file); // NULL is allowed

// Returns the value of a key in a run.
const char *sweep_file_value(const SweepFile *file, size_t run, size_t key);

// Makes the complete settings of a run. False, with the combination and the reason, if its
// values do not fit together. An architecture made of lists is written to `arch`, which must
// outlive the settings.
bool sweep_file_settings(const SweepFile *file, size_t run, char arch[ARCH_TEXT_MAX],
                         TrainingSettings *settings, Error *error);

// Writes the name of a run, which can be a folder's: those of its values that vary.
void sweep_file_label(const SweepFile *file, size_t run, char label[SWEEP_LABEL]);

#endif
