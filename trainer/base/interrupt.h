// interrupt.h: Ctrl-C (SIGINT), SIGTERM and SIGHUP as a request, for work that can be resumed
// later. For the main thread.
#ifndef TRASLUZ_INTERRUPT_H
#define TRASLUZ_INTERRUPT_H

#include <signal.h>

// The number of the first such signal, 0 before it.
extern volatile sig_atomic_t interrupt_requested;

// From now on such a signal removes the temporary files of this process before it ends it, where it
// is not ignored: those of a file system that gives every file a name (see file.h).
void interrupt_remove_temporaries(void);

// From now on the first such signal sets interrupt_requested; the second one, of any kind, ends the
// program at once. SIGHUP stays ignored where nohup has made it so.
void interrupt_catch_signals(void);

// Returns the exit status of work that was interrupted: 128 and the number of the signal, as shells
// have it (130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP).
int interrupt_status(void);

#endif
