// output_lock.h: one trainer at a time on one output. A lock is a hidden, empty file beside the
// output, which the operating system frees when the program ends, however it ends. For the main
// thread.
#ifndef TRASLUZ_OUTPUT_LOCK_H
#define TRASLUZ_OUTPUT_LOCK_H

#include "files/error.h"

typedef struct {
    int file; // -1: not held
    char *path;
} OutputLock;

// Takes the lock of an output, a file or, with `folder`, a folder that exists. False, with a
// message, if another process has it. A place where no file can be locked needs no lock: then there
// is none, and true.
bool output_lock_take(OutputLock *lock, const char *output, bool folder, Error *error);

// Frees it and removes its file. A lock that was not taken is {-1, NULL}.
void output_lock_release(OutputLock *lock);

#endif
