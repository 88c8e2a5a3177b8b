// report.c: `trainer report`: results gathered into one page.
#include "commands/command.h"
#include "files/file.h"
#include "output/gnuplot.h"
#include "output/html.h"
#include "output/report_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trainer report FOLDER… -o PAGE.html [options]\n"
    "\n"
    "Gathers folders of results - of a training, a sweep, a classifier, clusters, comparisons,\n"
    "generated music - into one HTML file that needs no other: figures (drawn by gnuplot),\n"
    "tables, settings, pictures, and sounds that are small. Of folders within a folder the\n"
    "curves come together in one figure. The page fits a phone, and prints.\n"
    "\n"
    "  -o, --output FILE        the page (needed)\n"
    "      --force              write over a file that is there and is no page of ours\n"
    "      --title TEXT         its heading (Trasluz)\n"
    "      --sounds KB          the largest sound that is put in (1500)\n"
    "      --pictures N         the most pictures of a folder (24)\n"
    "\n"
    "example: trainer report sweep normal-classifier normal-clusters -o report.html\n";

enum { OPTION_TITLE = 256, OPTION_SOUNDS, OPTION_PICTURES, OPTION_FORCE };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"title", required_argument, NULL, OPTION_TITLE},
    {"sounds", required_argument, NULL, OPTION_SOUNDS},
    {"pictures", required_argument, NULL, OPTION_PICTURES},
    {"force", no_argument, NULL, OPTION_FORCE},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *output, *title;
    char **folders;
    int folder_count;
    long sounds, pictures; // kB, number
    bool force;
} Call;

// The last part of a path, for people; the path is changed.
static const char *last_part(char *path)
{
    for (size_t length = strlen(path); length > 1 && path[length - 1] == '/';) path[--length] = 0;
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool write_page(const Call *call, const Report *report, Error *error)
{
    FILE *page = report->target.page;
    page_begin(page, call->title);
    if (call->folder_count > 1) {
        fputs("<nav>\n", page);
        for (int i = 0; i < call->folder_count; i++)
            page_link(page, (size_t)i + 1, last_part(call->folders[i]));
        fputs("</nav>\n", page);
    }
    for (int i = 0; i < call->folder_count; i++) {
        page_heading(page, 2, (size_t)i + 1, last_part(call->folders[i]));
        if (!report_folder(report, call->folders[i], error)) return false;
    }
    page_end(page);
    return true;
}

static bool write_report(const Call *call, const char *scratch, Error *error)
{
    FileWriter writer;
    if (!file_create(&writer, call->output, error)) return false;
    size_t folders = 0;
    for (int i = 0; i < call->folder_count; i++) folders += report_folders(call->folders[i]);
    Progress progress;
    progress_begin(&progress, stderr, "reporting, folder", folders, folders);
    const Report report = {
        .target = {.page = writer.stream, .scratch = scratch},
        .sound_bytes = (size_t)call->sounds * 1000,
        .pictures = (size_t)call->pictures,
        .progress = &progress,
    };
    const bool good = write_page(call, &report, error);
    progress_end(&progress);
    if (good) return file_commit(&writer, error);
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
    const bool good =
        scratch ? write_report(call, scratch, error) : error_set(error, "out of memory");
    if (scratch) unlink(scratch);
    rmdir(folder);
    free(scratch);
    return good;
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

static bool read_option(Call *call, int option)
{
    const Command *command = &command_report;
    switch (option) {
    case 'o': call->output = optarg; return true;
    case OPTION_TITLE: call->title = optarg; return true;
    case OPTION_SOUNDS: return option_integer(command, "--sounds", optarg, 0, 60000, &call->sounds);
    case OPTION_FORCE: call->force = true; return true;
    case OPTION_PICTURES:
        return option_integer(command, "--pictures", optarg, 0, 100000, &call->pictures);
    default: return false;
    }
}

static int run(int argc, char **argv)
{
    const Command *command = &command_report;
    Call call = {.title = "Trasluz", .sounds = 1500, .pictures = 24};
    int option;
    while ((option = command_option(command, argc, argv, ":o:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    if (argc - optind < 1) return command_usage(command, "folders of results are needed");
    if (!call.output) return command_usage(command, "no page given (-o FILE)");
    call.folders = argv + optind;
    call.folder_count = argc - optind;
    Error error;
    if (!call.force && !command_may_write(call.output, is_page, "a page of ours", &error))
        return command_fail(command, &error);
    return make_report(&call, &error) ? EXIT_DONE : command_fail(command, &error);
}

const Command command_report = {"report", "gather results into one page", help, run};
