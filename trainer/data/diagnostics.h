// diagnostics.h: a list of faults of files, to print at the end. One thread at a time; allocates.
#ifndef TRASLUZ_DIAGNOSTICS_H
#define TRASLUZ_DIAGNOSTICS_H

#include "files/error.h"

#include <stddef.h>
#include <stdio.h>

typedef struct {
    char *name;
    char *reason;
} Diagnostic;

// Starts as {0}.
typedef struct {
    Diagnostic *fault;
    size_t count, room;
} Diagnostics;

// Adds copies of both texts. False if out of memory.
bool diagnostics_add(Diagnostics *list, const char *name, const char *reason, Error *error);
void diagnostics_free(Diagnostics *list);

// Prints an indented line for each fault. Control characters in names become '?'.
void diagnostics_print(const Diagnostics *list, FILE *to);

#endif
