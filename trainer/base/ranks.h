// ranks.h: one training on several processes, of one machine or many: `mpirun -n N trainer train …`
// of a trainer built with `make MPI=1`. Each has its share of every batch, and all hold the same
// numbers after it. Without MPI, or before ranks_begin(), there is one process and nothing to do.
//
// For the main thread. The calls below ranks_share() are made by all processes in the same order.
#ifndef TRASLUZ_RANKS_H
#define TRASLUZ_RANKS_H

#include "files/error.h"

#include <stdbool.h>
#include <stddef.h>

// From here on the others than the first print nothing; the first alone writes files.
void ranks_begin(void);
void ranks_end(void);
bool ranks_first(void);

// Of n items this process does [from, to).
void ranks_share(int n, int *from, int *to);

// After each process has filled its share of items[n], `size` bytes each, all have all of them.
void ranks_gather(void *items, size_t size, int n);

// All get the first one's bytes.
void ranks_copy(void *bytes, size_t size);

// True where it is so in any.
bool ranks_any(bool it);

// True where it went well in all; else all have the error of the first in which it did not.
bool ranks_agree(bool good, Error *error);

#endif
