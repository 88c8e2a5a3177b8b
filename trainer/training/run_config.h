// run_config.h: config.json of a training: every setting, the architecture with all its sizes, the
// data, and the versions of the programs. Allocates; for one thread.
#ifndef TRASLUZ_RUN_CONFIG_H
#define TRASLUZ_RUN_CONFIG_H

#include "training/training.h"

#include <jansson.h>

#define RUN_CONFIG_KIND "training" // see json_file.h

// Describes a training. The caller frees it with json_decref(); NULL if out of memory.
json_t *run_config_make(const TrainingOptions *options, const Dataset *dataset);

bool run_config_write(const char *path, const json_t *config, Error *error);

// True if the file describes a training with the same settings and data; otherwise the message
// names the first difference.
bool run_config_check(const char *path, const json_t *config, Error *error);

#endif
