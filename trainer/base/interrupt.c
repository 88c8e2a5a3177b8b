#include "base/interrupt.h"

#include <stddef.h>

volatile sig_atomic_t interrupt_requested;

// The second signal is blocked until this returns, and then does what it does by default.
static void request_interrupt(int signal_number)
{
    if (interrupt_requested) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    interrupt_requested = signal_number;
}

void interrupt_catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = request_interrupt, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signals[i] != SIGHUP ||
            (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN))
            sigaction(signals[i], &action, NULL);
}

int interrupt_status(void)
{
    return 128 + (int)interrupt_requested;
}
