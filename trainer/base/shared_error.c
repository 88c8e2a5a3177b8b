#include "base/shared_error.h"

void shared_error_begin(SharedError *shared)
{
    pthread_mutex_init(&shared->lock, NULL);
    shared->exists = false;
}

void shared_error_set(SharedError *shared, const Error *error)
{
    pthread_mutex_lock(&shared->lock);
    if (!shared->exists) shared->error = *error;
    shared->exists = true;
    pthread_mutex_unlock(&shared->lock);
}

bool shared_error_exists(SharedError *shared)
{
    pthread_mutex_lock(&shared->lock);
    const bool there = shared->exists;
    pthread_mutex_unlock(&shared->lock);
    return there;
}

bool shared_error_end(SharedError *shared, Error *error)
{
    pthread_mutex_destroy(&shared->lock);
    if (shared->exists) *error = shared->error;
    return !shared->exists;
}
