// Reads the call of a command by its declaration, checks it, and runs the command:
// command_run() of command.h.
#include "cli/command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 64, FIRST_LONG = 256 };

// A call that is being read.
typedef struct {
    const Command *command;
    CommandLine line;
    void *values;
    const char **operand; // [operands]
    size_t operands;
    const Option *option[OPTIONS_MAX]; // of all groups
    void *group[OPTIONS_MAX];          // the struct that holds its value
    bool given[OPTIONS_MAX];
    int options;
} Call;

// ---- The command's options, for getopt_long() ----

typedef struct {
    struct option names[2 * OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 3];
} GetoptTables;

static void collect_options(Call *call)
{
    for (const OptionGroup *group = call->command->options; group->table; group++) {
        void *values = (char *)call->values + group->at;
        options_set_defaults(group->table, values);
        for (const Option *option = group->table; option->name; option++) {
            call->option[call->options] = option;
            call->group[call->options++] = values;
        }
    }
}

// A long option returns FIRST_LONG and its number. "-" keeps the order of the words, ":" leaves
// messages to us.
static void make_tables(const Call *call, GetoptTables *tables)
{
    struct option *name = tables->names;
    char *letter = tables->letters;
    *letter++ = '-';
    *letter++ = ':';
    for (int i = 0; i < call->options; i++) {
        const Option *option = call->option[i];
        const int argument = option->kind == OPTION_FLAG ? no_argument : required_argument;
        *name++ = (struct option){option->name, argument, NULL, FIRST_LONG + i};
        if (option->key) *name++ = (struct option){option->key, argument, NULL, FIRST_LONG + i};
        if (option->letter) *letter++ = option->letter;
        if (option->letter && argument == required_argument) *letter++ = ':';
    }
    *name = (struct option){NULL, 0, NULL, 0};
    *letter = '\0';
}

static int option_of_letter(const Call *call, int letter)
{
    int i = 0;
    while (call->option[i]->letter != letter) i++;
    return i;
}

// ---- Reading ----

static int refuse_unknown(const Call *call, const char *word)
{
    Suggestion closest = {.name = NULL};
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    for (int i = 0; i < call->options; i++)
        suggestion_consider(&closest, name, call->option[i]->name);
    if (!closest.name) return command_usage(call->command, "unknown option %s", word);
    return command_usage(call->command, "unknown option %s; did you mean --%s?", word,
                         closest.name);
}

// `word` is the one that getopt_long() did not understand.
static int refuse_option(const Call *call, int returned, const char *word)
{
    if (returned == ':') return command_usage(call->command, "option %s needs a value", word);
    if (optopt >= FIRST_LONG) return command_usage(call->command, "option %s takes no value", word);
    if (optopt) return command_usage(call->command, "unknown option -%c", optopt);
    return refuse_unknown(call, word);
}

static int read_option(Call *call, int number, const char *text)
{
    const Option *option = call->option[number];
    Error error;
    call->given[number] = true;
    if (option_read(option, call->group[number], text, &error)) return EXIT_DONE;
    return command_usage(call->command, "--%s: %s", option->name, error.text);
}

static void keep_words(Call *call, char **argv, int from, int to)
{
    for (int i = from; i < to; i++) call->line.words[call->line.word_count++] = argv[i];
}

static int read_words(Call *call, int argc, char **argv)
{
    GetoptTables tables;
    make_tables(call, &tables);
    keep_words(call, argv, 0, 1);
    optind = 0; // glibc's getopt_long() starts again
    opterr = 0;
    for (int first = 1, returned;; first = optind) {
        returned = getopt_long(argc, argv, tables.letters, tables.names, NULL);
        if (returned == -1) {
            keep_words(call, argv, first, argc);
            break;
        }
        if (returned == '?' || returned == ':')
            return refuse_option(call, returned, argv[optind - 1]);
        bool transient = false;
        if (returned == 1) { // an operand
            call->operand[call->operands++] = optarg;
        } else {
            const int number =
                returned >= FIRST_LONG ? returned - FIRST_LONG : option_of_letter(call, returned);
            const int status = read_option(call, number, optarg);
            if (status != EXIT_DONE) return status;
            transient = call->option[number]->transient;
        }
        if (!transient) keep_words(call, argv, first, optind);
    }
    while (optind < argc) call->operand[call->operands++] = argv[optind++]; // those after "--"
    return EXIT_DONE;
}

// ---- Operands ----

// "a weights file and music".
static void list_operands(const Command *command, char text[256])
{
    size_t used = 0;
    for (const Operand *o = command->operands; o->name && used < 256; o++) {
        const char *between = o == command->operands ? "" : o[1].name ? ", " : " and ";
        used += (size_t)snprintf(text + used, 256 - used, "%s%s", between, o->noun);
    }
}

static int set_operands(Call *call)
{
    size_t next = 0;
    char wanted[256];
    list_operands(call->command, wanted);
    for (const Operand *o = call->command->operands; o->name; o++) {
        void *value = (char *)call->values + o->at;
        const size_t left = call->operands - next;
        if (left == 0 && o->count != OPERAND_OPTIONAL)
            return command_usage(call->command, "%s must be given", wanted);
        if (o->count == OPERAND_MANY) {
            *(PathList *)value = (PathList){call->operand + next, left};
            next = call->operands;
        } else if (left > 0) {
            *(const char **)value = call->operand[next++];
        }
    }
    if (next == call->operands) return EXIT_DONE;
    return command_usage(call->command, "unexpected argument '%s': only %s must be given",
                         call->operand[next], wanted);
}

// ---- Checks ----

static int check_needed(const Call *call)
{
    int chosen = 0;
    char either[128] = "";
    for (int i = 0; i < call->options; i++) {
        const Option *o = call->option[i];
        if (o->need == NEEDED_ALWAYS && !call->given[i])
            return command_usage(call->command, "--%s %s is needed", o->name, o->unit);
        if (o->need != NEEDED_EITHER) continue;
        chosen += call->given[i];
        const size_t used = strlen(either);
        snprintf(either + used, sizeof either - used, "%s--%s %s", used ? " or " : "", o->name,
                 o->unit);
    }
    if (!*either || chosen == 1) return EXIT_DONE;
    return command_usage(call->command, "either %s is needed", either);
}

static void list_inputs(Call *call)
{
    CommandLine *line = &call->line;
    for (size_t i = 0; i < call->operands; i++) line->input[line->inputs++] = call->operand[i];
    for (int i = 0; i < call->options; i++)
        if (call->option[i]->kind == OPTION_INPUT && call->given[i])
            line->input[line->inputs++] =
                *(const char **)((char *)call->group[i] + call->option[i]->at);
}

static int find_option(const Call *call, const char *name)
{
    for (int i = 0; i < call->options; i++)
        if (strcmp(call->option[i]->name, name) == 0) return i;
    return -1;
}

static bool is_given(const Call *call, const char *name)
{
    const int number = find_option(call, name);
    return number >= 0 && call->given[number];
}

static const char *output_of(const Call *call)
{
    for (int i = 0; i < call->options; i++)
        if (call->option[i]->kind == OPTION_OUTPUT && call->given[i])
            return *(const char **)((char *)call->group[i] + call->option[i]->at);
    return NULL;
}

typedef bool ArtefactTest(const Call *call, const Artefact *artefact, const char *path,
                          Error *error);

static bool is_no_input(const Call *call, const Artefact *artefact, const char *path, Error *error)
{
    (void)artefact;
    return output_is_no_input(path, call->line.input, call->line.inputs, error);
}

static bool is_no_mark(const Call *call, const Artefact *artefact, const char *path, Error *error)
{
    (void)call;
    (void)error;
    return !artefact->marks_all || !artefact->is_ours || !artefact->is_ours(path);
}

static bool may_replace(const Call *call, const Artefact *artefact, const char *path, Error *error)
{
    (void)call;
    return !artefact->guarded || output_may_replace(path, artefact->is_ours, artefact->ours, error);
}

// True if all files that will be written pass the test.
static bool all_outputs(const Call *call, ArtefactTest *test, Error *error)
{
    for (const Artefact *artefact = call->command->outputs; artefact->name; artefact++) {
        if (artefact->unless && is_given(call, artefact->unless)) continue;
        char *path = output_path(output_of(call), artefact->name);
        const bool passed = path ? test(call, artefact, path, error) : error_out_of_memory(error);
        free(path);
        if (!passed) return false;
    }
    return true;
}

static int check_outputs(const Call *call)
{
    Error error;
    const char *output = output_of(call);
    if (!output || !call->command->outputs) return EXIT_DONE;
    if (!all_outputs(call, is_no_input, &error))
        return command_usage(call->command, "%s", error.text);
    if (is_given(call, "force") || !all_outputs(call, is_no_mark, &error)) return EXIT_DONE;
    return all_outputs(call, may_replace, &error) ? EXIT_DONE : command_fail(call->command, &error);
}

// ---- The whole ----

static int read_call(Call *call, int argc, char **argv)
{
    if (call->command->initial) memcpy(call->values, call->command->initial, call->command->size);
    collect_options(call);
    int status = read_words(call, argc, argv);
    if (status == EXIT_DONE) status = set_operands(call);
    if (status == EXIT_DONE) status = check_needed(call);
    if (status != EXIT_DONE) return status;
    list_inputs(call);
    return check_outputs(call);
}

// Other programs know files by their endings: hosts list models and references by them.
static void note_ending(const Call *call)
{
    for (int i = 0; i < call->options; i++) {
        const Option *option = call->option[i];
        if (!option->ending || !call->given[i]) continue;
        const char *path = *(const char **)((char *)call->group[i] + option->at);
        const char *slash = strrchr(path, '/');
        if (strchr(slash ? slash : path, '.')) continue;
        fprintf(stderr, "trainer %s: note: %s has no ending; hosts and file dialogs find %s%s\n",
                call->command->name, path, path, option->ending);
    }
}

int command_run(const Command *command, int argc, char **argv)
{
    const size_t words = (size_t)argc;
    Call call = {.command = command, .line = {.command = command}};
    call.values = calloc(1, command->size);
    call.operand = calloc(words, sizeof *call.operand);
    call.line.words = calloc(words, sizeof *call.line.words);
    call.line.input = calloc(words, sizeof *call.line.input);
    Error error;
    const bool made = call.values && call.operand && call.line.words && call.line.input;
    if (!made) error_out_of_memory(&error);
    int status = made ? read_call(&call, argc, argv) : command_fail(command, &error);
    if (status == EXIT_DONE) status = command->run(&call.line, call.values);
    if (status == EXIT_DONE) note_ending(&call);
    free((void *)call.operand);
    free((void *)call.line.words);
    free((void *)call.line.input);
    free(call.values);
    return status;
}

// ---- Help ----

static void print_usage(const Command *command, FILE *to)
{
    bool optional = false;
    const char *between = " ";
    fprintf(to, "usage: trainer %s", command->name);
    for (const Operand *o = command->operands; o->name; o++)
        fprintf(to, o->count == OPERAND_OPTIONAL ? " [%s]" : " %s", o->name);
    for (const OptionGroup *group = command->options; group->table; group++) {
        for (const Option *o = group->table; o->name; o++) {
            optional |= o->need == NEEDED_NEVER;
            if (o->need == NEEDED_NEVER) continue;
            fputs(o->need == NEEDED_EITHER ? between : " ", to);
            if (o->letter)
                fprintf(to, "-%c %s", o->letter, o->unit);
            else
                fprintf(to, "--%s %s", o->name, o->unit);
            between = " | ";
        }
    }
    fprintf(to, "%s\n", optional ? " [options]" : "");
}

void command_print_help(const Command *command, FILE *to)
{
    print_usage(command, to);
    fprintf(to, "\n%s\n", command->text);
    for (const OptionGroup *group = command->options; group->table; group++)
        options_print(group->table, to);
    if (command->notes) fprintf(to, "\n%s", command->notes);
    fprintf(to, "\nexample: %s\n", command->example);
}
