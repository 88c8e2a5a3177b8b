// training_paths.h: the files that a training writes beside its weights OUT.safetensors.
// Allocates; any thread.
#ifndef TRASLUZ_TRAINING_PATHS_H
#define TRASLUZ_TRAINING_PATHS_H

#include <stdbool.h>

// Returns the path of the checkpoint, OUT.checkpoint, or of the table of losses, OUT.csv, for a
// weights file's path. The caller frees it; NULL when memory is short.
char *training_checkpoint_path(const char *output);

// Returns the path of the last state of a finished training, OUT.finished, from which it can go on.
char *training_finished_path(const char *output);
// Returns the path of the page that plays a piece, OUT.html.
char *training_page_path(const char *output);
char *training_table_path(const char *output);

// Returns true if the file is such a table.
bool training_is_table(const char *path);

#endif
