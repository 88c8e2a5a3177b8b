// The call of a command, read by its declaration: words in any order, what is missing or too much,
// words that are kept for metadata, and the files that must not be overwritten.
#define _XOPEN_SOURCE 700
#include "cli/command.h"
#include "files/file.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

#include <fcntl.h>
#include <stdarg.h>

typedef struct {
    const char *first;
    PathList rest;
    const char *output, *also, *note;
    int count;
    bool quick, force, bare;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"FIRST", "a first file", AT(first), OPERAND_ONE},
    {"REST…", "more files", AT(rest), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .help = "out"},
    {"also", 0, OPTION_INPUT, AT(also), .unit = "FILE", .help = "another input"},
    {"count", 'c', OPTION_INT, AT(count), .unit = "N", .initial = "3", .low = 1, .high = 9,
     .key = "number", .help = "a number, {}"},
    {"note", 0, OPTION_TEXT, AT(note), .unit = "TEXT", .initial = "none", .help = "a text"},
    {"quick", 'q', OPTION_FLAG, AT(quick), .transient = true, .help = "not kept"},
    {"force", 0, OPTION_FLAG, AT(force), .transient = true, .help = "overwrites"},
    {"bare", 0, OPTION_FLAG, AT(bare), .help = "writes no picture"},
    {.name = NULL},
};

static bool is_ours(const char *path)
{
    return file_begins(path, "ours");
}

static const Artefact outputs[] = {
    {.name = "", .guarded = true},
    {.name = ".png", .guarded = true, .unless = "bare"},
    {.name = ".json", .guarded = true, .is_ours = is_ours, .ours = "a record", .marks_all = true},
    {.name = NULL},
};

// What the last call came to.
static Call seen;
static char words[512];
static size_t inputs;
static bool has_run;

static int run(const CommandLine *line, void *values)
{
    seen = *(const Call *)values;
    has_run = true;
    inputs = line->inputs;
    words[0] = '\0';
    for (size_t i = 0; i < line->word_count; i++) {
        strcat(words, line->words[i]);
        strcat(words, " ");
    }
    return EXIT_DONE;
}

static const Command command = {
    .name = "try",
    .summary = "tries",
    .text = "Tries.\n",
    .example = "trainer try",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {.table = NULL}},
    .outputs = outputs,
    .size = sizeof(Call),
    .run = run,
};

static char said[1024];

// Runs the command with the arguments up to NULL; keeps what it prints on standard error.
static int call(const char *first, ...)
{
    char *argv[32] = {(char *)(uintptr_t) "try", (char *)(uintptr_t)first};
    int argc = first ? 2 : 1;
    va_list arguments;
    va_start(arguments, first);
    for (char *word; first && (word = va_arg(arguments, char *)) && argc < 31;) argv[argc++] = word;
    va_end(arguments);
    fflush(stderr);
    const int err = dup(2), file = open(fixture_path("said"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(file, 2);
    has_run = false;
    const int status = command_run(&command, argc, argv);
    fflush(stderr);
    dup2(err, 2);
    const ssize_t n = pread(file, said, sizeof said - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    close(err);
    close(file);
    return status;
}

#define REFUSED(wanted, message)                                                                   \
    CHECK_MSG(status == (wanted) && !has_run && strstr(said, message), "status %d: %s", status,    \
              said)

static void test_words_come_in_any_order(void)
{
    CHECK(call("-c", "5", "a", "--output", "nowhere/out", "b", "-q", "c", NULL) == EXIT_DONE);
    CHECK(has_run && seen.count == 5 && seen.quick && !seen.force && inputs == 3);
    CHECK(strcmp(seen.first, "a") == 0 && seen.rest.count == 2);
    CHECK(strcmp(seen.note, "none") == 0 && strcmp(seen.output, "nowhere/out") == 0);
    CHECK_MSG(strcmp(words, "try -c 5 a --output nowhere/out b c ") == 0, "%s", words);

    CHECK(call("-onowhere/out", "--number=7", "--quick", "--", "a", "-c", "--force", NULL) ==
          EXIT_DONE);
    CHECK(seen.count == 7 && seen.quick && !seen.force && seen.rest.count == 2);
    CHECK_MSG(strcmp(words, "try -onowhere/out --number=7 -- a -c --force ") == 0, "%s", words);

    // A value that looks like an option, and an abbreviation.
    CHECK(call("a", "b", "-o", "nowhere/out", "--note", "--quick", "--al", "x", NULL) == EXIT_DONE);
    CHECK(!seen.quick && strcmp(seen.note, "--quick") == 0 && strcmp(seen.also, "x") == 0);
    CHECK(inputs == 3 && seen.count == 3);
}

static void test_wrong_calls_say_what_is_wrong(void)
{
    int status = call("a", "b", NULL);
    REFUSED(EXIT_USAGE, "--output FILE is needed");
    status = call("a", "-o", "x", NULL);
    REFUSED(EXIT_USAGE, "a first file and more files must be given");
    status = call(NULL);
    REFUSED(EXIT_USAGE, "a first file and more files must be given");
    status = call("a", "b", "-o", NULL);
    REFUSED(EXIT_USAGE, "option -o needs a value");
    status = call("a", "b", "-o", "x", "--count", "10", NULL);
    REFUSED(EXIT_USAGE, "--count: must be a whole number from 1 to 9, not '10'");
    status = call("a", "b", "-o", "x", "--cuont=2", NULL);
    REFUSED(EXIT_USAGE, "unknown option --cuont=2; did you mean --count?");
    status = call("a", "b", "-o", "x", "--quick=2", NULL);
    REFUSED(EXIT_USAGE, "option --quick=2 takes no value");
    status = call("a", "b", "-o", "x", "-z", NULL);
    REFUSED(EXIT_USAGE, "unknown option -z (see trainer try --help)");
}

static void put(const char *name, const char *text)
{
    Error error;
    CHECK(file_write(fixture_path(name), text, strlen(text), &error));
}

static void test_an_output_is_no_input(void)
{
    put("in.wav", "in");
    put("in.png", "in");
    const char *in = fixture_path("in.wav");
    int status = call(in, "b", "-o", in, "--force", NULL);
    REFUSED(EXIT_USAGE, "in.wav is also an input");
    status = call("a", "b", "--also", in, "-o", in, "--force", NULL);
    REFUSED(EXIT_USAGE, "in.wav is also an input");
    char part[512];
    snprintf(part, sizeof part, "%s@0:01-50%%", in);
    status = call("a", part, "-o", in, "--force", NULL);
    REFUSED(EXIT_USAGE, "in.wav is also an input");
    // A file that would be written too.
    status = call("a", fixture_path("in.png"), "-o", fixture_path("in.ogg"), "--force", NULL);
    REFUSED(EXIT_USAGE, "in.png is also an input");
    status = call("a", fixture_path("in.png"), "-o", fixture_path("in.ogg"), "--bare", NULL);
    CHECK(status == EXIT_DONE && has_run);
}

static void test_results_are_overwritten_only_with_force(void)
{
    const char *out = fixture_path("out.wav");
    put("out.png", "somebody's");
    int status = call("a", "b", "-o", out, NULL);
    REFUSED(EXIT_FAILED, "out.png exists; --force overwrites it");
    CHECK(call("a", "b", "-o", out, "--bare", NULL) == EXIT_DONE && has_run);
    CHECK(call("a", "b", "-o", out, "--force", NULL) == EXIT_DONE && has_run);
    put("out.json", "another's");
    status = call("a", "b", "-o", out, "--bare", NULL);
    REFUSED(EXIT_FAILED, "out.json exists and is not a record; --force overwrites it");
    put("out.json", "ours"); // then the others are too
    put("out.wav", "older");
    CHECK(call("a", "b", "-o", out, NULL) == EXIT_DONE && has_run);
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_words_come_in_any_order);
    RUN(test_wrong_calls_say_what_is_wrong);
    RUN(test_an_output_is_no_input);
    RUN(test_results_are_overwritten_only_with_force);
    fixture_folder_remove();
    return check_status();
}
