// diagnostics.h: what was wrong with which file, gathered to be told at the end. One thread at a
// time; allocates.
#ifndef TRASLUZ_DIAGNOSTICS_H
#define TRASLUZ_DIAGNOSTICS_H

#include "files/error.h"

#include <stddef.h>
#include <stdio.h>

typedef struct {
    char *name;
    char *reason;
} Fault;

// Starts as {0}.
typedef struct {
    Fault *fault;
    size_t count, room;
} FaultList;

// Copies both texts. False where memory is short.
bool fault_list_add(FaultList *list, const char *name, const char *reason, Error *error);
void fault_list_free(FaultList *list);

// One indented line a fault; control characters in names come out as '?'.
void fault_list_print(const FaultList *list, FILE *to);

#endif
