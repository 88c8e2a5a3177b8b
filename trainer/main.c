// main.c: the `trainer` program: runs a subcommand, and checks that everything it
// printed was written.
#include "base/bus_error.h"
#include "base/interrupt.h"
#include "cli/command.h"
#include "commands/command_list.h"
#include "math/kernels.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is then an error, as a full disk is
    bus_error_catch();
    interrupt_remove_temporaries();
    if (kernel_unknown()) {
        fputs(
            "trainer: TRASLUZ_KERNELS: must be scalar, or avx2, avx512 or neon where the processor "
            "has it\n",
            stderr);
        return EXIT_USAGE;
    }
    const int status = command_list_run(argc, argv);
    errno = 0;
    const bool is_written = fflush(stdout) == 0 && !ferror(stdout);
    if (command_memory_is_short()) _exit(EXIT_FAILED);
    if (is_written) return status;
    fprintf(stderr, "trainer: standard output: %s\n", strerror(errno ? errno : ENOSPC));
    return EXIT_FAILED;
}
