// interrupt.h: Ctrl-C and SIGTERM as a request, for work that can be resumed later. For
// the main thread.
#ifndef TRASLUZ_INTERRUPT_H
#define TRASLUZ_INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t interrupt_requested;

// From now on the first such signal sets interrupt_requested; the second one ends the program.
void interrupt_catch_signals(void);

#endif
