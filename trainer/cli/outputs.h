// outputs.h: the files that a command writes, declared, and two checks of them: an output is no
// input, and existing results are not overwritten without --force. For the main thread alone.
#ifndef TRASLUZ_OUTPUTS_H
#define TRASLUZ_OUTPUTS_H

#include "files/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef bool FileTest(const char *path);

typedef struct {
    const char *name;   // "": what --output names; ".json": beside it, with this ending in place of
                        // its own; anything else: a file in the folder that --output names
    FileTest *is_ours;  // true of a file that this command may replace without --force, or NULL
    const char *ours;   // what that is, for messages: "a latent file"
    bool marks_all;     // where it is ours, the command may replace all of its outputs
    const char *unless; // option with which the file is not written, or NULL
} Artefact;

// The path of an artefact; the caller frees it. NULL if out of memory.
char *output_path(const char *output, const char *name);

// True if the path is none of these files.
bool output_is_no_input(const char *path, const char *const *input, size_t inputs, Error *error);

// True if there is no such file, or it is ours.
bool output_may_replace(const char *path, FileTest *is_ours, const char *ours, Error *error);

// True if both are names of one existing file.
bool same_file(const char *a, const char *b);

#endif
