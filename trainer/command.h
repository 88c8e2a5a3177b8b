// command.h: what the subcommands of `trainer` share: their table, and how they read options and end.
//
// Exit status: 0 done, 1 it could not be done, 2 the call was wrong. Messages are one line on standard error.
#ifndef TRASLUZ_COMMAND_H
#define TRASLUZ_COMMAND_H

#include "error.h"
#include "latent_ops.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef struct {
    const char *name;
    const char *summary; // one line for `trainer --help`
    const char *help;    // the whole of `trainer NAME --help`
    int (*run)(int argc, char **argv);
} Command;

extern const Command command_train, command_eval, command_info, command_encode, command_decode,
    command_reconstruct;

// Prints "trainer NAME: message" and returns the status.
int command_fail(const Command *command, const Error *error);                  // EXIT_FAILED
int command_usage(const Command *command, const char *format, ...)            // EXIT_USAGE
    __attribute__((format(printf, 2, 3)));

// Read an option's value; on error print which and return false.
bool option_integer(const Command *command, const char *option, const char *text, long low,
                    long high, long *value);
bool option_number(const Command *command, const char *option, const char *text, double low,
                   double high, double *value);

// Options of the latent operations, shared by decode and reconstruct:
//   --noise X  --offset X  --absolute  --blend X  --reference FILE  --seed N
typedef struct {
    LatentSettings settings;
    const char *reference; // path, or NULL
} LatentOptions;

#endif
