// shared_error.h: the first error of several threads with one task; the others ask for it and stop.
// Any number of threads between begin and end.
#ifndef TRASLUZ_SHARED_ERROR_H
#define TRASLUZ_SHARED_ERROR_H

#include "files/error.h"

#include <pthread.h>
#include <stdbool.h>

typedef struct {
    pthread_mutex_t lock;
    bool exists;
    Error error;
} SharedError;

void shared_error_begin(SharedError *shared);

// Keeps the error unless there is one already.
void shared_error_set(SharedError *shared, const Error *error);

bool shared_error_exists(SharedError *shared);

// Ends, after the threads: true if there was no error; otherwise false, with the error.
bool shared_error_end(SharedError *shared, Error *error);

#endif
