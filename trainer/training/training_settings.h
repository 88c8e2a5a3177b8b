// training_settings.h: the options of a training that decide the weights, as a table: for the
// command line, for sweep files, and for config.json. Any thread.
#ifndef TRASLUZ_TRAINING_SETTINGS_H
#define TRASLUZ_TRAINING_SETTINGS_H

#include "cli/option.h"
#include "training/training.h"

// The values of the table. What other options must be known for is here as it was given.
typedef struct {
    TrainingOptions options;
    const char *arch;
    int activation;       // a choice
    int schedule;         // a ScheduleKind; -1: it follows from the patience
    int epochs;           // 0: as described at the option
    bool starts_from;     // other weights, which decides the learning rate
    double learning_rate; // NaN: as described at the option
    double warm_up;       // epochs; NaN: as described at the option
} TrainingSettings;

extern const Option training_options[];

// To be called when all settings are read: makes the architecture and the schedule, sets defaults
// that depend on others, and checks that all settings fit together.
bool training_settings_complete(TrainingSettings *settings, Error *error);

// Sets the steps of complete settings of a training by steps, for instance from step_plan().
void training_settings_set_steps(TrainingSettings *settings, size_t steps);

// Returns all settings by name, of complete options. NULL if out of memory.
json_t *training_settings_json(const TrainingOptions *options);

#endif
