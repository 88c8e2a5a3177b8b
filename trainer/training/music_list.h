// music_list.h: the files that a training began with, kept in its checkpoint, so that a training
// that is resumed with other music can say which files came and went. Any thread; allocates.
#ifndef TRASLUZ_MUSIC_LIST_H
#define TRASLUZ_MUSIC_LIST_H

#include "data/dataset.h"

#include <jansson.h>

// Returns names and lengths of all clips, as JSON; the caller frees it. NULL if out of memory.
json_t *music_list_make(const Dataset *dataset);

// Is false, and sets a message that names the files in which two lists differ. `theirs` may be
// NULL, of an older version.
bool music_list_refuse(const json_t *theirs, const json_t *ours, Error *error);

#endif
