// ranks.h: one training on several processes, on one machine or many: `mpirun -n N trainer train …`
// with a trainer built by `make MPI=1`. Each process computes its share of every batch, and all
// have the same numbers after it. Without MPI, or before ranks_begin(), there is one process.
//
// For the main thread. All processes make the calls after ranks_share() in the same order.
#ifndef TRASLUZ_RANKS_H
#define TRASLUZ_RANKS_H

#include "files/error.h"

#include <stdbool.h>
#include <stddef.h>

// Begins. From now on only the first process prints and writes files.
void ranks_begin(void);
void ranks_end(void);
bool ranks_first(void);

// Sets the range [from, to) of n items that this process does.
void ranks_share(int n, int *from, int *to);

// Each process has filled its share of items[n], of `size` bytes each; gives all of them to all.
void ranks_gather(void *items, size_t size, int n);

// Copies the bytes of the first process to all.
void ranks_copy(void *bytes, size_t size);

// True if it is true in any process.
bool ranks_any(bool it);

// True if it is true in all processes; otherwise all get the error of the first in which it is not.
bool ranks_agree(bool good, Error *error);

#endif
