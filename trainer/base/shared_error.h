// shared_error.h: what went wrong first among threads that work on one thing, and whether something
// has, so that the others can leave off. Any number of threads between begin and end.
#ifndef TRASLUZ_SHARED_ERROR_H
#define TRASLUZ_SHARED_ERROR_H

#include "files/error.h"

#include <pthread.h>
#include <stdbool.h>

typedef struct {
    pthread_mutex_t lock;
    bool there;
    Error error;
} FirstError;

void first_error_begin(FirstError *first);

// Keeps the error unless there is one already.
void first_error_set(FirstError *first, const Error *error);

bool first_error_is_there(FirstError *first);

// Once the threads have done: true where nothing went wrong; else false, with the error.
bool first_error_end(FirstError *first, Error *error);

#endif
