// main.c: the `trainer` command: finds the subcommand, shows help, and sees that what was printed
// arrived.
#include "commands/command.h"
#include "version.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const Command *const commands[] = {
    &command_train,       &command_eval,    &command_info,     &command_encode,  &command_decode,
    &command_reconstruct, &command_latents, &command_classify, &command_cluster, &command_compare,
    &command_generate,    &command_report,  &command_sweep};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *to)
{
    fprintf(to, "usage: trainer COMMAND [arguments]\n\nTrasluz: trains autoencoders of audio, and "
                "works with what they have learnt.\n\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to,
            "\n`trainer COMMAND --help` tells more; `trainer --version` which version this is.\n");
}

static const Command *find_command(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int refuse(const char *name)
{
    Error error;
    error_set(&error, "%s", name);
    fprintf(stderr, "trainer: no command '%s'; there are", error.text);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : i == COMMANDS - 1 ? " and" : ",", commands[i]->name);
    fprintf(stderr, " (see trainer --help)\n");
    return EXIT_USAGE;
}

static int run_command(int argc, char **argv)
{
    const Command *command = find_command(argv[0]);
    if (!command) return refuse(argv[0]);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (!asks_for_help(argv[i])) continue;
        fputs(command->help, stdout);
        return EXIT_DONE;
    }
    return command->run(argc, argv);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (asks_for_help(argv[1])) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("trainer (Trasluz) " TRASLUZ_VERSION);
        return EXIT_DONE;
    }
    return run_command(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is then an error like a full disk
    const int status = run(argc, argv);
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fprintf(stderr, "trainer: standard output: %s\n", strerror(errno ? errno : ENOSPC));
    return EXIT_FAILED;
}
