// results.h: keeps results of one call in a folder: refuses a folder with results of another
// command or of another call, and removes the files of the call that is replaced. config.json in
// the folder has the call ("command") and its files ("files"). For the main thread alone.
#ifndef TRASLUZ_RESULTS_H
#define TRASLUZ_RESULTS_H

#include "cli/command.h"

#include <jansson.h>

typedef struct {
    const CommandLine *line;
    const char *folder;
    bool force; // replaces the results of another call of the same command
} ResultCall;

// Fails if the folder has results of another command.
bool results_check_command(const Command *command, const char *folder, Error *error);

// Fails if the folder has results of another command, or of another call of this one without
// `force`, or if results that would be removed are inputs of the call. Changes nothing.
bool results_check(const ResultCall *call, Error *error);

// Fails if one of these files is a result that results_begin() would remove.
bool results_are_no_input(const char *folder, const char *const *input, size_t inputs,
                          Error *error);

// Makes the folder, removes the results of the earlier call, and writes config.json: `record`, an
// object with the command's "kind", which is freed, the call, and its files. Call it after
// results_check(). `file`: [files] names in the folder; NULL: those that the command declares.
bool results_begin(const ResultCall *call, json_t *record, const char *const *file, size_t files,
                   Error *error);

#endif
