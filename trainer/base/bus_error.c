#include "base/bus_error.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

// Only what signal handlers may call.
static void end_program(int signal_number)
{
    static const char message[] =
        "trainer: a file in use, such as one of the cache of decoded audio, was cut by another "
        "program, or its disk failed: repeat the call (--resume continues a training)\n";
    static const char clear_line[] = "\r\033[K"; // of the progress
    static atomic_flag is_told = ATOMIC_FLAG_INIT;
    (void)signal_number;
    // Threads that read the same file fail together: the first one speaks and ends the program.
    while (atomic_flag_test_and_set(&is_told)) pause();
    if (isatty(2) && write(2, clear_line, sizeof clear_line - 1) < 0) _exit(1);
    if (write(2, message, sizeof message - 1) < 0) _exit(1);
    _exit(1);
}

void bus_error_catch(void)
{
    struct sigaction action = {.sa_handler = end_program};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}
