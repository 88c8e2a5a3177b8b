// fuzz_report.c: a folder of results with a table or a record in it, as `report` shows it: behind a
// byte that says which. Whatever is in the file, the page has no tag of its making.
#include "files/file.h"
#include "fuzz.h"
#include "fuzz_parts.h"
#include "output/report_folder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "results"

// A figure of the folder's own: no gnuplot is run for its curves.
static void make_folder(void)
{
    Error error;
    MUST(file_make_folders(FOLDER, &error));
    MUST(file_write(FOLDER "/figure.svg", "<svg/>", 6, &error));
}

// The tags that page.c makes, as they begin.
static void check_tags(const char *page)
{
    static const char *const tags[] = {"/",
                                       "audio controls src=\"data:",
                                       "figure>",
                                       "img src=\"data:",
                                       "caption>",
                                       "details>",
                                       "details open>",
                                       "div class=\"",
                                       "figcaption>",
                                       "p>",
                                       "summary>",
                                       "table>",
                                       "td class=\"n\">",
                                       "td class=\"v\">",
                                       "td>",
                                       "th scope=\"row\">",
                                       "th>",
                                       "tr>"};
    enum { TAGS = sizeof tags / sizeof *tags };
    for (const char *at = page; (at = strchr(at, '<')); at++) {
        int tag = 0;
        while (tag < TAGS && strncmp(at + 1, tags[tag], strlen(tags[tag])) != 0) tag++;
        MUST(tag < TAGS);
    }
}

static void report_file(const char *path, const uint8_t *data, size_t size)
{
    Error error;
    char *page = NULL;
    size_t length;
    MUST(symlink(fuzz_file(data, size), path) == 0);
    FILE *stream = open_memstream(&page, &length);
    MUST(stream);
    Progress unseen;
    progress_begin(&unseen, NULL, "", 1, 1);
    const Report report = {
        .target = {stream, "unused.svg"}, .progress = &unseen, .excerpt = 1.0, .pictures = 4};
    MUST(report_folder(&report, FOLDER, &error));
    MUST(fclose(stream) == 0 && strlen(page) == length);
    progress_end(&unseen);
    check_tags(page);
    free(page);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    Input input = {data, size};
    if (!made) make_folder();
    made = true;
    const bool table = fuzz_byte(&input) % 2;
    report_file(table ? FOLDER "/a.csv" : FOLDER "/a.json", input.data, input.left);
    return 0;
}
