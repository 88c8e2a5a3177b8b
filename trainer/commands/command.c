#include "commands/command.h"

#include "base/parse.h"

#include <cblas.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int command_fail(const Command *command, const Error *error)
{
    fprintf(stderr, "trainer %s: %s\n", command->name, error->text);
    return EXIT_FAILED;
}

int command_usage(const Command *command, const char *format, ...)
{
    char text[sizeof(Error)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    Error error; // what the user typed may hold anything; an Error's text is one line
    error_set(&error, "%s", text);
    fprintf(stderr, "trainer %s: %s (see trainer %s --help)\n", command->name, error.text,
            command->name);
    return EXIT_USAGE;
}

static void add_text(char command[MODEL_TEXT_MAX], const char *text, size_t length)
{
    const size_t used = strlen(command);
    snprintf(command + used, MODEL_TEXT_MAX - used, "%.*s", (int)length, text);
}

void command_word(char command[MODEL_TEXT_MAX], const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_./=,+:@%-";
    if (*command) add_text(command, " ", 1);
    if (*word && word[strspn(word, plain)] == '\0') {
        add_text(command, word, strlen(word));
        return;
    }
    add_text(command, "'", 1);
    for (const char *rest = word; *rest;) {
        const size_t length = strcspn(rest, "'");
        add_text(command, rest, length);
        rest += length;
        if (*rest == '\'') {
            add_text(command, "'\\''", 4); // out of the quotes, one of its own, and in again
            rest++;
        }
    }
    add_text(command, "'", 1);
}

int command_option(const Command *command, int argc, char **argv, const char *short_options,
                   const struct option *long_options)
{
    opterr = 0;
    const int option = getopt_long(argc, argv, short_options, long_options, NULL);
    if (option != '?' && option != ':') return option;
    const char *word = argv[optind - 1]; // behind which getopt_long() has moved
    if (option == ':')
        command_usage(command, "option %s needs a value", word);
    else if (optopt > UCHAR_MAX)
        command_usage(command, "option %s takes no value", word);
    else if (optopt)
        command_usage(command, "unknown option -%c", optopt);
    else
        command_usage(command, "unknown option %s", word);
    return '?';
}

bool option_integer(const Command *command, const char *option, const char *text, long low,
                    long high, long *value)
{
    Error error;
    if (parse_integer(text, low, high, value, &error)) return true;
    command_usage(command, "%s: %s", option, error.text);
    return false;
}

bool option_number(const Command *command, const char *option, const char *text, double low,
                   double high, double *value)
{
    Error error;
    if (parse_number(text, low, high, value, &error)) return true;
    command_usage(command, "%s: %s", option, error.text);
    return false;
}

bool option_seed(const Command *command, const char *text, long *seed)
{
    return option_integer(command, "--seed", text, 0, UINT32_MAX, seed);
}

bool option_threads(const Command *command, const char *text, long *threads)
{
    return option_integer(command, "--threads", text, 0, 1024, threads);
}

bool option_split(const Command *command, const char *name, Split *split)
{
    *split = SPLIT_TRAIN;
    while (*split < SPLITS && strcmp(name, split_name(*split)) != 0) *split += 1;
    if (*split < SPLITS || strcmp(name, "all") == 0) return true;
    command_usage(command, "--split: train, validation, test or all is needed, not '%s'", name);
    return false;
}

Model *command_model(const char *path, Error *error)
{
    Model *model = model_load(path, error);
    if (!model) error_prefix(error, path);
    return model;
}

Pool *command_pool(long threads, Error *error)
{
    openblas_set_num_threads(1);
    Pool *pool = pool_new((int)threads);
    if (!pool) error_set(error, "the threads could not be started");
    return pool;
}

static void note(const Command *command, const char *path, uint64_t count, const char *what)
{
    Error line;
    error_set(&line, "%s: %" PRIu64 " %s", path, count, what);
    fprintf(stderr, "trainer %s: note: %s\n", command->name, line.text);
}

void command_note_faults(const Command *command, const char *path, const AudioFaults *faults)
{
    if (faults->missing > 0)
        note(command, path, faults->missing, "frames that its header promises are not there");
    if (faults->not_finite > 0)
        note(command, path, faults->not_finite, "samples are not finite numbers, and count as 0");
}

void command_note_clipped(const Command *command, const char *path, uint64_t clipped)
{
    if (clipped > 0)
        note(command, path, clipped,
             "samples were above full scale and are clipped; .wav keeps them");
}

bool command_may_write(const char *path, bool (*is_ours)(const char *path), const char *kind,
                       Error *error)
{
    if (access(path, F_OK) != 0 || (is_ours && is_ours(path))) return true;
    if (is_ours)
        return error_set(error, "%s is there, and is not %s: --force writes over it", path, kind);
    return error_set(error, "%s is there already: --force writes over it", path);
}

bool same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}
