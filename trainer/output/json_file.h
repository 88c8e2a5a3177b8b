// json_file.h: what is written beside a result of how it came to be, as JSON. Allocates; any
// thread.
#ifndef TRASLUZ_JSON_FILE_H
#define TRASLUZ_JSON_FILE_H

#include "files/error.h"

#include <jansson.h>

// A text that may hold any bytes, as names of files do: where it is not UTF-8, which JSON is, it
// has question marks.
json_t *record_text(const char *text);

// True if the file is a record of that kind, as its "kind" says.
bool record_is(const char *path, const char *kind);

// What is in a folder is of one kind: false where the file is there, and is no record of this kind.
bool record_may_write(const char *path, const char *kind, Error *error);

// Writes a record, indented and with a newline at its end; `flags` are jansson's, such as
// JSON_REAL_PRECISION(). NULL is a record that memory was short for.
bool record_write(const char *path, const json_t *record, size_t flags, Error *error);

#endif
