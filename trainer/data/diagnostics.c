#include "data/diagnostics.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(Diagnostics *list)
{
    if (list->count < list->room) return true;
    const size_t room = list->room * 2 + 16;
    Diagnostic *moved = realloc(list->fault, room * sizeof *moved);
    if (!moved) return false;
    list->fault = moved;
    list->room = room;
    return true;
}

bool diagnostics_add(Diagnostics *list, const char *name, const char *reason, Error *error)
{
    const Diagnostic fault = {.name = strdup(name), .reason = strdup(reason)};
    if (fault.name && fault.reason && make_room(list)) {
        list->fault[list->count++] = fault;
        return true;
    }
    free(fault.name);
    free(fault.reason);
    return error_out_of_memory(error);
}

void diagnostics_free(Diagnostics *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->fault[i].name);
        free(list->fault[i].reason);
    }
    free(list->fault);
    *list = (Diagnostics){0};
}

void diagnostics_print(const Diagnostics *list, FILE *to)
{
    for (size_t i = 0; i < list->count; i++) {
        Error line; // an Error's text has no control characters
        error_set(&line, "%s: %s", list->fault[i].name, list->fault[i].reason);
        fprintf(to, "  %s\n", line.text);
    }
}
