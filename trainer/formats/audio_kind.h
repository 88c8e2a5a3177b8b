// audio_kind.h: kinds of files that cannot be read, told by their first bytes whatever their names
// are. Blocks; any thread.
#ifndef TRASLUZ_AUDIO_KIND_H
#define TRASLUZ_AUDIO_KIND_H

#include "files/error.h"

#include <stdint.h>

// True unless a file of `size` bytes is known to be of another kind: then the message says which,
// and what to do.
bool audio_kind_check(int fd, int64_t size, Error *error);

#endif
