// realtime_guard.h: tells what an audio thread must not do: take or give memory, lock or wait, use
// files, print, start threads, enter the kernel. Two nets, active on a guarded thread while it is
// armed, and on no other:
//
// - The functions of the C library that do these things are defined in this program too, note the
//   call and go on to the library's. A program's own functions come before a library's, so the
//   plugin and the libraries below it call these. They find what need not reach the kernel: memory
//   from the heap, a lock that is free, a buffered write.
// - A seccomp filter traps each system call of the thread, whatever made it. The handler notes it
//   and makes the call. No call can be forgotten in a list.
//
// One thread at a time is guarded. Link the program with -rdynamic, and not with a sanitizer.
#ifndef TRASLUZ_REALTIME_GUARD_H
#define TRASLUZ_REALTIME_GUARD_H

#include <stdbool.h>

typedef enum {
    GUARD_MEMORY,
    GUARD_LOCK,
    GUARD_FILE,
    GUARD_PRINT,
    GUARD_SLEEP,
    GUARD_MAP,
    GUARD_THREAD,
    GUARD_SYSTEM_CALL,
    GUARD_KINDS,
} GuardKind;

// Sets up the second net for the calling thread, for the rest of its life; from then on it
// cannot start threads or programs. False, with the reason, where the kernel does not let it or
// where it catches nothing.
bool guard_thread(const char **why);

// Of the calling thread. Real-time safe.
void guard_arm(void);
void guard_disarm(void);

// What was noted since the last guard_forget(): how many calls of a kind, or of all (GUARD_KINDS);
// if there was one of that name, made from an object in whose path that stands (NULL: any); and the
// first few in a text that stays until the next call.
long guard_count(GuardKind kind);
bool guard_noted(const char *name, const char *object);
const char *guard_report(void);
void guard_forget(void);

#endif
