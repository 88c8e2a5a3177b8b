// main.c: the `trainer` program: runs a subcommand, and checks that everything it
// printed was written.
#include "base/bus_error.h"
#include "commands/command_list.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is then an error, as a full disk is
    bus_error_catch();
    const int status = command_list_run(argc, argv);
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fprintf(stderr, "trainer: standard output: %s\n", strerror(errno ? errno : ENOSPC));
    return EXIT_FAILED;
}
