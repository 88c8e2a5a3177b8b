// error.h: how functions report failures: they return false (or NULL) and write one line of text to
// an Error, which belongs to the caller. For any thread but the audio thread.
#ifndef TRASLUZ_ERROR_H
#define TRASLUZ_ERROR_H

#include <stdbool.h>

typedef struct {
    char text[512]; // one line without a newline; what is longer is cut
} Error;

// error_set(error, format, ...) writes the message and is false, so that a function can end with
// `return error_set(error, ...)`. Bytes that would break the line or the terminal (file names may
// hold any) become \xHH, see plain_text.h.
#define error_set(...) (error_write(__VA_ARGS__), error_false())

// error_prefix(error, prefix) puts "prefix: " before the message and is false.
#define error_prefix(error, prefix) (error_add_prefix(error, prefix), error_false())

// The same with the message "out of memory".
#define error_out_of_memory(error) error_set(error, "out of memory")

void error_write(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_add_prefix(Error *error, const char *prefix);

// A constant that static analyzers see, and that may be unused.
static inline bool error_false(void)
{
    return false;
}

#endif
