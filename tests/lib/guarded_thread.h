// guarded_thread.h: a thread on which realtime_guard.h notes what an audio thread must not do.
#ifndef TRASLUZ_GUARDED_THREAD_H
#define TRASLUZ_GUARDED_THREAD_H

#include <stdbool.h>

// Runs the body on a guarded thread and, until it is done, `beside` (or NULL) again and again on
// this one. False, with the reason on standard error, where system calls cannot be watched; then
// the body has not run.
bool run_guarded(void (*body)(void *), void *argument, void (*beside)(void *));

#endif
