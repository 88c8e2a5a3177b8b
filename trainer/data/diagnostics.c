#include "data/diagnostics.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(FaultList *list)
{
    if (list->count < list->room) return true;
    const size_t room = list->room * 2 + 16;
    Fault *moved = realloc(list->fault, room * sizeof *moved);
    if (!moved) return false;
    list->fault = moved;
    list->room = room;
    return true;
}

bool fault_list_add(FaultList *list, const char *name, const char *reason, Error *error)
{
    const Fault fault = {.name = strdup(name), .reason = strdup(reason)};
    if (fault.name && fault.reason && make_room(list)) {
        list->fault[list->count++] = fault;
        return true;
    }
    free(fault.name);
    free(fault.reason);
    return error_out_of_memory(error);
}

void fault_list_free(FaultList *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->fault[i].name);
        free(list->fault[i].reason);
    }
    free(list->fault);
    *list = (FaultList){0};
}

void fault_list_print(const FaultList *list, FILE *to)
{
    for (size_t i = 0; i < list->count; i++) {
        Error line; // an Error's text is safe for a terminal
        error_set(&line, "%s: %s", list->fault[i].name, list->fault[i].reason);
        fprintf(to, "  %s\n", line.text);
    }
}
