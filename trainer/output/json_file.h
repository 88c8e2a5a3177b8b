// json_file.h: JSON files that describe how a result was made. Allocates; any thread.
#ifndef TRASLUZ_JSON_FILE_H
#define TRASLUZ_JSON_FILE_H

#include "files/error.h"

#include <jansson.h>

// Returns a text that may have any bytes, such as a file name, as JSON, in the form of
// plain_text.h. NULL if out of memory.
json_t *json_file_text(const char *text);

// True if the file has that "kind".
bool json_file_is(const char *path, const char *kind);

// False if the file exists with another "kind": a folder holds the results of one command.
bool json_file_may_write(const char *path, const char *kind, Error *error);

// Writes an object, indented and with a newline at its end. `flags` are those of jansson, such as
// JSON_REAL_PRECISION(). An object that is NULL is reported as out of memory.
bool json_file_write(const char *path, const json_t *record, size_t flags, Error *error);

#endif
