#include "base/shared_error.h"

void first_error_begin(FirstError *first)
{
    pthread_mutex_init(&first->lock, NULL);
    first->there = false;
}

void first_error_set(FirstError *first, const Error *error)
{
    pthread_mutex_lock(&first->lock);
    if (!first->there) first->error = *error;
    first->there = true;
    pthread_mutex_unlock(&first->lock);
}

bool first_error_is_there(FirstError *first)
{
    pthread_mutex_lock(&first->lock);
    const bool there = first->there;
    pthread_mutex_unlock(&first->lock);
    return there;
}

bool first_error_end(FirstError *first, Error *error)
{
    pthread_mutex_destroy(&first->lock);
    if (first->there) *error = first->error;
    return !first->there;
}
