// command.h: what the subcommands of `trainer` share: how they read options and end.
//
// Exit status: 0 done, 1 it could not be done, 2 the call was wrong. Messages are one line on
// standard error. For the main thread alone.
#ifndef TRASLUZ_COMMAND_H
#define TRASLUZ_COMMAND_H

#include "audio/audio.h"
#include "data/dataset.h"
#include "files/error.h"
#include "model/model.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef struct {
    const char *name;
    const char *summary;               // one line for `trainer --help`
    const char *help;                  // the whole of `trainer NAME --help`
    int (*run)(int argc, char **argv); // argv[0] is the command's name
} Command;

extern const Command command_train, command_eval, command_info, command_encode, command_decode,
    command_reconstruct, command_latents, command_classify, command_cluster, command_compare,
    command_generate, command_report, command_sweep;

// Print "trainer NAME: message" and return the status.
int command_fail(const Command *command, const Error *error);      // EXIT_FAILED
int command_usage(const Command *command, const char *format, ...) // EXIT_USAGE
    __attribute__((format(printf, 2, 3)));

// Adds a word to a call's text, in single quotes where a shell would not take it as it is; what is
// too long is cut.
void command_word(char command[MODEL_TEXT_MAX], const char *word);

// The next option, as getopt_long() gives it; on one that is unknown or lacks its value prints
// which and returns '?'. `short_options` begins with a colon.
int command_option(const Command *command, int argc, char **argv, const char *short_options,
                   const struct option *long_options);

// Read an option's value; on error print which and return false.
bool option_integer(const Command *command, const char *option, const char *text, long low,
                    long high, long *value);
bool option_number(const Command *command, const char *option, const char *text, double low,
                   double high, double *value);

// Read --seed, and --threads, where 0 is one for each processor.
bool option_seed(const Command *command, const char *text, long *seed);
bool option_threads(const Command *command, const char *text, long *threads);

// Reads --split: the name of a split, or "all", which is SPLITS.
bool option_split(const Command *command, const char *name, Split *split);

// Loads a weights file; the message names it. The caller ends it with model_free().
Model *command_model(const char *path, Error *error);

// Starts threads for pool_run(), each of them with matrix products of its own: OpenBLAS starts
// none. 0: one for each processor. The caller ends them with pool_free().
Pool *command_pool(long threads, Error *error);

// Tells on standard error what was odd in an audio file, a line each.
void command_note_faults(const Command *command, const char *path, const AudioFaults *faults);

// Tells how many samples a format could not hold, where there are such.
void command_note_clipped(const Command *command, const char *path, uint64_t clipped);

// Nothing that took time to make is written over unasked: false, and said why, where there is a
// file that `is_ours` does not know (NULL: whatever it is). `kind` is what it knows, for the
// message.
bool command_may_write(const char *path, bool (*is_ours)(const char *path), const char *kind,
                       Error *error);

// True if both are names of one file that is there.
bool same_file(const char *a, const char *b);

#endif
