// The progress line: the time left comes first, it fits the terminal, and never counts too far.
#include "base/progress.h"
#include "lib/check.h"

#include <string.h>

static void test_time_left_is_first(void)
{
    const Progress progress = {.what = "epoch 3 of 20, step",
                               .items = 400,
                               .items_done = 100,
                               .work = 300,
                               .work_done = 100};
    char line[256];
    progress_line(&progress, 60.0, 80, line);
    CHECK_MSG(strcmp(line, "2 min 00 s left: epoch 3 of 20, step 100 of 400") == 0, "%s", line);
}

static void test_line_fits_any_terminal(void)
{
    const Progress progress = {.what = "decodificación de la música de una colección grande, clip",
                               .items = 4000,
                               .items_done = 1000,
                               .work = 4,
                               .work_done = 1};
    for (size_t columns = 1; columns <= 120; columns++) {
        char line[256];
        size_t shown = 0;
        progress_line(&progress, 10.0, columns, line);
        for (const char *c = line; *c; c++) shown += (*c & 0xc0) != 0x80;
        CHECK_MSG(shown < columns, "%zu columns of %zu: %s", shown, columns, line);
        if (columns >= 40) CHECK(strncmp(line, "30 s left: decod", 16) == 0);
        const size_t length = strlen(line);
        CHECK(length == 0 || (line[length - 1] & 0xc0) != 0xc0); // no half letter at the end
    }
}

// A number that is cut short would be another number.
static void test_no_number_is_cut(void)
{
    const Progress progress = {.what = "epoch 12 of 20, loss 0.04813, 23 x real time, step",
                               .items = 4660,
                               .items_done = 1120,
                               .work = 2,
                               .work_done = 1};
    char line[256];
    progress_line(&progress, 10.0, 40, line);
    CHECK_MSG(strcmp(line, "10 s left: epoch 12 of 20, loss 0.04813") == 0, "%s", line);
    progress_line(&progress, 10.0, 39, line);
    CHECK_MSG(strcmp(line, "10 s left: epoch 12 of 20") == 0, "%s", line);
}

static void test_counts_end_at_the_whole(void)
{
    const Progress progress = {
        .what = "step", .items = 40, .items_done = 41, .work = 40, .work_done = 41};
    char line[256];
    progress_line(&progress, 10.0, 80, line);
    CHECK_MSG(strcmp(line, "0 s left: step 40 of 40") == 0, "%s", line);
}

// A sweep has twice the same work before it.
static void test_what_follows_counts(void)
{
    const Progress progress = {
        .what = "step", .items = 40, .items_done = 10, .work = 40, .work_done = 10, .after = 2.0};
    char line[256];
    progress_line(&progress, 10.0, 80, line);
    CHECK_MSG(strncmp(line, "1 min 50 s left", 15) == 0, "%s", line);
}

int main(void)
{
    RUN(test_time_left_is_first);
    RUN(test_line_fits_any_terminal);
    RUN(test_no_number_is_cut);
    RUN(test_counts_end_at_the_whole);
    RUN(test_what_follows_counts);
    return check_status();
}
