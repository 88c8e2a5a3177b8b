// training_settings.h: the options of a training by their names, as text: on the command line, in a
// sweep's file, and told again in a run's configuration. Any thread.
#ifndef TRASLUZ_TRAINING_SETTINGS_H
#define TRASLUZ_TRAINING_SETTINGS_H

#include "training/training.h"

#include <jansson.h>

typedef struct {
    TrainingOptions options;
    const char *arch, *activation; // as text
    const char *start;             // of a linear path
    const char *loss;              // its kind
    const char *schedule;          // NULL: plateau with a patience, else constant
} TrainingSettings;

// What a training takes where nothing is said.
extern const TrainingSettings training_defaults;

// True if there is a setting of that name: "epochs".
bool training_setting_known(const char *name);

// Sets what the name says. Texts are kept as pointers, and must stay. The message does not repeat
// the name.
bool training_setting_read(TrainingSettings *settings, const char *name, const char *text,
                           Error *error);

// Once all are read: makes architecture, loss and schedule of their names, and sees that all go
// together.
bool training_settings_settle(TrainingSettings *settings, Error *error);

// All settings by name, of options that are settled. NULL where memory is short.
json_t *training_settings_json(const TrainingOptions *options);

#endif
