// option.h: options as tables. An option stands in one place, with its name, letter, kind, range,
// default, unit and help. From there come its default value, the command line, `--help` and the man
// page, config.json, and the names and checks of sweep files.
//
//     #define AT(member) offsetof(Values, member)
//     static const Option options[] = {
//         {"epochs", 'e', OPTION_INT, AT(epochs), .unit = "N", .initial = "25",
//          .low = 1, .high = 1000000, .help = "the most epochs"},
//         {.name = NULL},
//     };
//
// Any thread; a table is constant. Messages do not repeat the option's name.
#ifndef TRASLUZ_OPTION_H
#define TRASLUZ_OPTION_H

#include "base/automation.h"
#include "base/parse.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

// What an option's value is, and its type in C.
typedef enum {
    OPTION_FLAG,       // bool; the option takes no value
    OPTION_TEXT,       // const char *
    OPTION_INPUT,      // const char *: a file that is read
    OPTION_OUTPUT,     // const char *: a file or folder that is written
    OPTION_CHOICE,     // int: the number of one of `choices`, from 0 on
    OPTION_INT,        // int
    OPTION_LONG,       // long
    OPTION_SIZE,       // size_t
    OPTION_UINT32,     // uint32_t
    OPTION_FLOAT,      // float
    OPTION_DOUBLE,     // double
    OPTION_LIST,       // NumberList
    OPTION_AUTOMATION, // Automation: a number that may change with time
} OptionKind;

typedef enum {
    NEEDED_NEVER,
    NEEDED_ALWAYS,
    NEEDED_EITHER, // of all options of the command that have this, exactly one
} OptionNeed;

typedef struct {
    const char *name; // without the dashes
    char letter;      // of the short form; 0: none
    OptionKind kind;
    size_t at; // offset of the value in the struct that holds all values of the table

    const char *unit; // what help calls the value: "HZ", "FILE"; of a flag NULL
    const char *help; // a "{}" in it stands for the range, or for the choices
    // Default, as a user would type it; NULL: 0, false or NULL, -1 for OPTION_CHOICE and
    // OPTION_LONG, NaN for a deferred OPTION_DOUBLE.
    const char *initial;
    const char *shown; // default in help, where `initial` does not tell it

    double low, high;                              // range of a number
    const char *const *choices;                    // ended by NULL
    bool (*check)(const char *text, Error *error); // what a text must pass, or NULL

    const char *ending; // of an output's name; where it has none, a note says so at the end

    const char *key; // older name: still accepted, and the key in config.json
    OptionNeed need;
    bool deferred;  // the default is not set until option_set_default()
    bool omitted;   // config.json leaves out 0, or the first choice, as older versions did
    bool transient; // has no influence on what is computed; metadata leaves it out
} Option;

// The text of a number that a macro or literal stands for, for `initial`.
#define OPTION_TEXT_OF(number)  OPTION_TEXT_OF_(number)
#define OPTION_TEXT_OF_(number) #number

// Tables end with an entry without a name. Finds an option by its name or its older name; NULL if
// there is none.
const Option *option_find(const Option *table, const char *name);

// Sets all values to their defaults, those of deferred options to what no default means.
void options_set_defaults(const Option *table, void *values);

// Sets one value to its default, deferred or not.
void option_set_default(const Option *option, void *values);

// Reads a value from text. Texts are kept as pointers and must stay. A flag becomes true.
bool option_read(const Option *option, void *values, const char *text, Error *error);

// True if a deferred option, or one without default, was given.
bool option_is_given(const Option *option, const void *values);

// Adds all values to an object, by key. False if out of memory.
bool options_to_json(const Option *table, const void *values, json_t *object);

// Returns an automation as JSON: a number, or "seconds:value,seconds:value" where it changes. The
// caller frees it; NULL if out of memory.
json_t *option_automation_json(const Automation *automation);

// Prints the table for `--help`: at most 100 columns, a line or more for each option.
void options_print(const Option *table, FILE *to);

#endif
