// error.h: how a function of this project says what went wrong: it returns false (or NULL) and
// leaves one line of text. Any thread but the audio thread; an Error belongs to its caller.
#ifndef TRASLUZ_ERROR_H
#define TRASLUZ_ERROR_H

#include <stdbool.h>

typedef struct {
    char text[512]; // one line, no newline at its end; cut where it is longer
} Error;

// Writes the message and returns false, so that a function can end with `return error_set(error,
// …)`. Bytes that would break the line or the terminal (a file's name may hold any) become '?'.
bool error_set(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same with the message "out of memory".
bool error_out_of_memory(Error *error);

// Puts "prefix: " before the message and returns false.
bool error_prefix(Error *error, const char *prefix);

#endif
