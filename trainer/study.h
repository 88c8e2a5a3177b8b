// study.h: what the studies of a latent set (classifier, clusters) share: the folder of tables that
// each leaves, and what is said there of the set. For one thread.
#ifndef TRASLUZ_STUDY_H
#define TRASLUZ_STUDY_H

#include "file.h"
#include "latent_set.h"

#include <jansson.h>

// Begins FOLDER/NAME; the caller commits it.
bool study_create(FileWriter *writer, const char *folder, const char *name, Error *error);

// Makes the folder and writes config.json: the kind of study, the set and the model that it is of,
// and `options`, an object, which is freed.
bool study_begin(const char *folder, const char *kind, const LatentSet *set, json_t *options,
                 Error *error);

// Writes a text as a field of a CSV file: in quotes where it needs them (RFC 4180).
void study_field(FILE *to, const char *text);

#endif
