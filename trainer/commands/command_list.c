#include "commands/command_list.h"

#include "version.h"

#include <string.h>

const Command *const command_list[] = {
    &command_train,   &command_eval,     &command_info,
    &command_encode,  &command_decode,   &command_reconstruct,
    &command_latents, &command_classify, &command_cluster,
    &command_compare, &command_generate, &command_report,
    &command_sweep,   &command_check,    &command_cache,
    &command_preset,  &command_predict,  NULL,
};

static void print_help(FILE *to)
{
    fprintf(to, "usage: trainer COMMAND [arguments]\n\nTrasluz: trains autoencoders of audio, and "
                "uses what they have learnt.\n\n");
    for (const Command *const *command = command_list; *command; command++)
        fprintf(to, "  %-12s %s\n", (*command)->name, (*command)->summary);
    fprintf(to, "\n`trainer COMMAND --help` explains a command; `trainer --version` prints the "
                "version.\n");
}

static const Command *find_command(const char *name)
{
    for (const Command *const *command = command_list; *command; command++)
        if (strcmp((*command)->name, name) == 0) return *command;
    return NULL;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int refuse_command(const char *name)
{
    Error text; // one line, whatever the name is
    Suggestion closest = {.name = NULL};
    for (const Command *const *command = command_list; *command; command++)
        suggestion_consider(&closest, name, (*command)->name);
    error_set(&text, "unknown command '%.200s'", name);
    fprintf(stderr, "trainer: %s", text.text);
    if (closest.name) fprintf(stderr, "; did you mean '%s'?", closest.name);
    fprintf(stderr, " (see trainer --help)\n");
    return EXIT_USAGE;
}

static int run_command(int argc, char **argv)
{
    const Command *command = find_command(argv[0]);
    if (!command) return refuse_command(argv[0]);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (!asks_for_help(argv[i])) continue;
        command_print_help(command, stdout);
        return EXIT_DONE;
    }
    return command_run(command, argc, argv);
}

int command_list_run(int argc, char **argv)
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
