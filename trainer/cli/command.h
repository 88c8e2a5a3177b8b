// command.h: what a subcommand of `trainer` is: a declaration of its operands, options and outputs,
// and a function. command_run() does everything that follows from the declaration: reading the
// command line, help, checks of what is missing, and that nothing is overwritten by mistake.
//
// Exit status: 0 done, 1 failed, 2 wrong call. Messages are one line on standard error. For the
// main thread alone.
#ifndef TRASLUZ_COMMAND_H
#define TRASLUZ_COMMAND_H

#include "audio/audio.h"
#include "base/pool.h"
#include "cli/option.h"
#include "cli/outputs.h"
#include "model/model.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef struct {
    const char *const *path;
    size_t count;
} PathList;

typedef enum { OPERAND_ONE, OPERAND_MANY, OPERAND_OPTIONAL } OperandCount;

// A word of the call that is no option.
typedef struct {
    const char *name; // in the usage: "WEIGHTS"
    const char *noun; // in messages: "a weights file"
    size_t at;        // of a const char *, or of a PathList for OPERAND_MANY
    OperandCount count;
} Operand;

// A table of options and where the struct with its values lies in the command's own.
typedef struct {
    const Option *table;
    size_t at;
} OptionGroup;

typedef struct Command Command;

// The call as it was typed.
typedef struct {
    const Command *command;
    const char **words; // [word_count] as typed, without options that do not influence the result
    size_t word_count;
    const char **input; // [inputs] files and folders that are read
    size_t inputs;
} CommandLine;

struct Command {
    const char *name;
    const char *summary; // a line for `trainer --help`
    const char *text;    // what it does, for `trainer NAME --help`
    const char *notes;   // what help adds below the options, or NULL
    const char *example;

    const Operand *operands;    // ended by one without a name
    const OptionGroup *options; // ended by one without a table
    const Artefact *outputs;    // ended by one without a name; NULL: none
    const char *record;         // "kind" in the config.json of its folders, or NULL
    const char *about;          // what its folders have, a sentence for `trainer report`, or NULL
    size_t size;                // of the struct with the values of its operands and options
    const void *initial;        // such a struct, for values that no option sets; NULL: all 0
    int (*run)(const CommandLine *line, void *values); // returns the exit status
};

// Reads the call, argv[0] being the command's name, checks it and runs the command. Returns
// the exit status.
int command_run(const Command *command, int argc, char **argv);

void command_print_help(const Command *command, FILE *to);

// Print "trainer NAME: message" and return the status.
int command_fail(const Command *command, const Error *error);      // EXIT_FAILED
int command_usage(const Command *command, const char *format, ...) // EXIT_USAGE
    __attribute__((format(printf, 2, 3)));

// Adds a word to the text of a call, in single quotes where a shell would change it. What does not
// fit is cut.
void command_word(char text[MODEL_TEXT_MAX], const char *word);

// Loads a weights file; the message names it. The caller frees it.
Model *command_model(const char *path, Error *error);

// Starts threads for pool_run(), 0: one for each processor. OpenBLAS then starts none of its own.
// The caller ends them with pool_free().
Pool *command_pool(int threads, Error *error);

// True after command_pool() failed. OpenBLAS's own threads may then wait for memory for ever, and
// exit() for them.
bool command_memory_is_short(void);

// Print a note on standard error for each fault of an audio file that was read, and for samples
// that a format clipped.
void command_note_faults(const Command *command, const char *path, const AudioFaults *faults);
void command_note_clipped(const Command *command, const char *path, uint64_t clipped);

#endif
