#include "base/interrupt.h"

#include "files/file.h"

#include <stddef.h>

volatile sig_atomic_t interrupt_requested;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

enum { SIGNALS = sizeof signals / sizeof *signals };

// The signal is blocked until this returns, and then does what it does by default.
static void end_at_once(int signal_number)
{
    file_remove_temporaries();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

void interrupt_remove_temporaries(void)
{
    struct sigaction action = {.sa_handler = end_at_once}, before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL);
}

static void request_interrupt(int signal_number)
{
    if (interrupt_requested) end_at_once(signal_number);
    interrupt_requested = signal_number;
}

void interrupt_catch_signals(void)
{
    struct sigaction action = {.sa_handler = request_interrupt, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++)
        if (signals[i] != SIGHUP ||
            (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN))
            sigaction(signals[i], &action, NULL);
}

int interrupt_status(void)
{
    return 128 + (int)interrupt_requested;
}
