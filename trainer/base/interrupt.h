// interrupt.h: Ctrl-C and SIGTERM as a wish, for work that can be gone on with later. For the main
// thread.
#ifndef TRASLUZ_INTERRUPT_H
#define TRASLUZ_INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t stop_wanted;

// From now on the first such signal sets stop_wanted; the second ends the program at once.
void stop_catch_signals(void);

#endif
