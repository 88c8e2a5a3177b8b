#include "base/interrupt.h"

#include <stddef.h>

volatile sig_atomic_t interrupt_requested;

static void request_interrupt(int signal_number)
{
    (void)signal_number;
    interrupt_requested = 1;
}

void interrupt_catch_signals(void)
{
    struct sigaction action = {.sa_handler = request_interrupt,
                               .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
