// report.c: `trainer report`: gathers results into one page.
#include "commands/command_list.h"
#include "files/file.h"
#include "output/gnuplot.h"
#include "output/html.h"
#include "output/report_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *output, *title;
    PathList folders;
    size_t pictures;
    double excerpt; // s
    bool force;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"FOLDER…", "folders of results", AT(folders), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .ending = ".html", .help = "the page, PAGE.html"},
    {"force", 0, OPTION_FLAG, AT(force),
     .help = "overwrites a file that is no page of this command"},
    {"title", 0, OPTION_TEXT, AT(title), .unit = "TEXT", .initial = "Trasluz",
     .help = "title of the page"},
    {"excerpt", 0, OPTION_DOUBLE, AT(excerpt), .unit = "SECONDS", .initial = "10", .low = 0.0,
     .high = 600.0, .help = "length of the excerpt from the middle of each sound; 0: no sounds"},
    {"pictures", 0, OPTION_SIZE, AT(pictures), .unit = "N", .initial = "24", .low = 0,
     .high = 100000, .help = "the most pictures from a folder"},
    {.name = NULL},
};

// Writes the last part of a path, for people.
static void last_part(const char *path, char name[256])
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') end--;
    size_t begin = end;
    while (begin > 0 && (path[begin - 1] != '/' || end == 1)) begin--;
    snprintf(name, 256, "%.*s", (int)(end - begin), path + begin);
}

static bool write_page(const Call *call, const Report *report, Error *error)
{
    FILE *page = report->target.page;
    char name[256];
    html_begin(page, call->title);
    if (call->folders.count > 1) {
        fputs("<nav>\n", page);
        for (size_t i = 0; i < call->folders.count; i++) {
            last_part(call->folders.path[i], name);
            html_link(page, i + 1, name);
        }
        fputs("</nav>\n", page);
    }
    for (size_t i = 0; i < call->folders.count; i++) {
        last_part(call->folders.path[i], name);
        html_heading(page, 2, i + 1, name);
        if (!report_folder(report, call->folders.path[i], error)) return false;
    }
    html_end(page);
    return true;
}

// The folders that commands make; declared by them.
static void list_kinds(ResultKind kinds[COMMANDS_MAX + 1])
{
    for (const Command *const *command = command_list; *command; command++)
        if ((*command)->outputs && *(*command)->outputs->name != '\0')
            *kinds++ = (ResultKind){
                (*command)->record,
                (*command)->outputs,
                (*command)->about,
            };
    *kinds = (ResultKind){NULL, NULL, NULL};
}

static bool write_report(const Call *call, const char *scratch, Error *error)
{
    FileWriter writer;
    if (!file_create(&writer, call->output, error)) return false;
    size_t folders = 0;
    for (size_t i = 0; i < call->folders.count; i++)
        folders += report_folders(call->folders.path[i]);
    Progress progress;
    progress_begin(&progress, stderr, "reporting, folder", folders, folders);
    ResultKind kinds[COMMANDS_MAX + 1];
    list_kinds(kinds);
    const Report report = {
        .target = {.page = writer.stream, .scratch = scratch},
        .excerpt = call->excerpt,
        .pictures = call->pictures,
        .progress = &progress,
        .kinds = kinds,
    };
    const bool ok = write_page(call, &report, error);
    progress_end(&progress);
    if (ok) return file_commit(&writer, error);
    file_abandon(&writer);
    return false;
}

// gnuplot draws into a folder of its own, which does not outlast the call.
static bool report_with_scratch(const Call *call, Error *error)
{
    char folder[4096];
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trasluz-XXXXXX",
             temporary && *temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) return error_set(error, "%s: %s", folder, strerror(errno));
    char *scratch = file_join(folder, "figure.svg");
    const bool ok = scratch ? write_report(call, scratch, error) : error_out_of_memory(error);
    if (scratch) unlink(scratch);
    rmdir(folder);
    free(scratch);
    return ok;
}

static bool make_report(const Call *call, Error *error)
{
    if (!gnuplot_check(error) || !report_with_scratch(call, error)) return false;
    printf("wrote %s\n", call->output);
    return true;
}

static bool is_page(const char *path)
{
    return file_begins(path, PAGE_BEGINNING);
}

static int run(const CommandLine *line, void *values)
{
    Error error;
    return make_report(values, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_report = {
    .name = "report",
    .summary = "gathers results into one page",
    .text =
        "Gathers folders of results - of a training, a sweep, a classifier, clusters,\n"
        "comparisons, generated music - into one HTML file that needs no other file: figures\n"
        "(drawn by gnuplot), tables, settings, pictures, and an excerpt of each sound as FLAC. A\n"
        "comparison plays the original too. A sentence says what each section is. The curves of\n"
        "folders within a folder are drawn in one figure. The page fits a phone, and prints.\n",
    .example = "trainer report sweep normal-classifier normal-clusters -o report.html",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {.table = NULL}},
    .outputs =
        (const Artefact[]){
            {.name = "", .guarded = true, .is_ours = is_page, .ours = "a page of this command"},
            {.name = NULL}},
    .size = sizeof(Call),
    .run = run,
};
