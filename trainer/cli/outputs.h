// outputs.h: the files that a command writes, declared: for two checks, that an output is no input
// and that existing results are not overwritten without --force; and for `trainer report`, which
// shows a folder by the declaration of the command that made it. For the main thread alone.
#ifndef TRASLUZ_OUTPUTS_H
#define TRASLUZ_OUTPUTS_H

#include "files/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef bool PathTest(const char *path);

// What a report makes of a file.
typedef enum {
    CONTENT_HIDDEN, // nothing
    CONTENT_SETTINGS,
    CONTENT_TABLE,
    CONTENT_CURVES, // a table with a row for each epoch
    CONTENT_FIGURE, // a picture of the tables, which then need no figure in the report
    CONTENT_PICTURE,
} Content;

typedef struct {
    // "": what --output names; ".json": beside it, with this ending in place of its own; anything
    // else: a file in the folder that --output names.
    const char *name;
    Content content;
    bool guarded;       // replaced only with --force, or if it is ours
    PathTest *is_ours;  // true of a file that this command made, or NULL
    const char *ours;   // what that is, for messages: "a latent file"
    bool marks_all;     // if it is ours, all outputs there are: they may be replaced
    const char *unless; // option with which the file is not written, or NULL
} Artefact;

// What the folders of a command have in them.
typedef struct {
    const char *record;        // "kind" in their config.json; NULL: the first artefact tells them
    const Artefact *artefacts; // ended by one without a name
    const char *about;         // what they have, a sentence, or NULL
} ResultKind;

// The path of an artefact; the caller frees it. NULL if out of memory.
char *output_path(const char *output, const char *name);

// True if the path is none of these files.
bool output_is_no_input(const char *path, const char *const *input, size_t inputs, Error *error);

// True if there is no such file, or it is ours.
bool output_may_replace(const char *path, PathTest *is_ours, const char *ours, Error *error);

// True if both are names of one existing file.
bool same_file(const char *a, const char *b);

#endif
