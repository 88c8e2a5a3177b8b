#include "lib/guarded_thread.h"

#include "lib/realtime_guard.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    void (*body)(void *);
    void *argument;
    bool watched;
    atomic_bool done;
} Guarded;

static void *guarded_main(void *argument)
{
    Guarded *guarded = argument;
    const char *why = NULL;
    guarded->watched = guard_thread(&why);
    if (guarded->watched)
        guarded->body(guarded->argument);
    else
        fprintf(stderr, "    system calls cannot be watched here: %s\n", why);
    guarded->done = true;
    return NULL;
}

bool run_guarded(void (*body)(void *), void *argument, void (*beside)(void *))
{
    Guarded guarded = {.body = body, .argument = argument};
    pthread_t thread;
    guard_forget();
    if (pthread_create(&thread, NULL, guarded_main, &guarded) != 0) abort();
    while (beside && !guarded.done) beside(argument);
    pthread_join(thread, NULL);
    return guarded.watched;
}
