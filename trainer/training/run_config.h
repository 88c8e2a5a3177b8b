// run_config.h: what a training was made of, as JSON: every setting, the architecture with all its
// sizes, the data, the versions of what computed. Allocates; for one thread.
#ifndef TRASLUZ_RUN_CONFIG_H
#define TRASLUZ_RUN_CONFIG_H

#include "training/training.h"

#include <jansson.h>

#define RUN_CONFIG_KIND "training" // see record.h

// The caller frees it with json_decref(); NULL where memory is short.
json_t *run_config_make(const TrainingOptions *options, const Dataset *dataset);

bool run_config_write(const char *path, const json_t *config, Error *error);

// True if the file is of a training with the same settings and data; else the message says what the
// first difference is.
bool run_config_check(const char *path, const json_t *config, Error *error);

#endif
