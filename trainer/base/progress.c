#define _DEFAULT_SOURCE // TIOCGWINSZ
#include "base/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define QUIET_SECONDS   2.0
#define BETWEEN_SECONDS 0.25

double progress_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void progress_begin(Progress *progress, FILE *to, const char *what, uint64_t items, uint64_t work)
{
    *progress = (Progress){.what = what, .items = items, .work = work, .began = progress_clock()};
    if (to && isatty(fileno(to))) progress->to = to;
    pthread_mutex_init(&progress->lock, NULL);
}

// Columns of the terminal, which may have changed since.
static size_t terminal_width(FILE *terminal)
{
    struct winsize size;
    return ioctl(fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Returns the columns of a text of UTF-8, each of its letters being one wide.
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++) width += (*text & 0xc0) != 0x80;
    return width;
}

// Cuts a text to so many columns: whole parts from its end as far as commas part it, so that no
// number is cut short.
static void cut(char *text, size_t columns)
{
    for (char *comma; width_of(text) > columns && (comma = strrchr(text, ','));) *comma = '\0';
    for (size_t shown = 0; *text; text++) {
        if ((*text & 0xc0) != 0x80 && shown++ == columns) break;
    }
    *text = '\0';
}

void progress_line(const Progress *progress, double seconds, size_t columns, char line[256])
{
    char left[24];
    const double done = (double)progress->work_done, work = (double)progress->work;
    const uint64_t items =
        progress->items_done < progress->items ? progress->items_done : progress->items;
    const double rest = done < work ? work - done : 0.0;
    progress_time(left, done > 0.0 ? seconds * (rest + progress->after * work) / done : 0.0);
    snprintf(line, 256, "%s left: %s %llu of %llu", left, progress->what, (unsigned long long)items,
             (unsigned long long)progress->items);
    cut(line, columns > 1 ? columns - 1 : 0); // the last column makes some terminals wrap
}

static void show(Progress *progress, double seconds)
{
    char line[256];
    progress_line(progress, seconds, terminal_width(progress->to), line);
    fprintf(progress->to, "\r%s\033[K", line);
    fflush(progress->to);
}

static void show_if_due(Progress *progress)
{
    const double time = progress_clock();
    if (!progress->to || progress->work_done == 0 || time - progress->began < QUIET_SECONDS ||
        time - progress->shown < BETWEEN_SECONDS)
        return;
    show(progress, time - progress->began);
    progress->shown = time;
}

void progress_step(Progress *progress, uint64_t work)
{
    pthread_mutex_lock(&progress->lock);
    progress->items_done++;
    progress->work_done += work;
    show_if_due(progress);
    pthread_mutex_unlock(&progress->lock);
}

void progress_reach(Progress *progress, uint64_t items)
{
    pthread_mutex_lock(&progress->lock);
    progress->items_done = progress->work_done = items;
    show_if_due(progress);
    pthread_mutex_unlock(&progress->lock);
}

void progress_clear(Progress *progress)
{
    if (progress->to && progress->shown > 0.0) {
        fprintf(progress->to, "\r\033[K");
        fflush(progress->to);
    }
}

void progress_end(Progress *progress)
{
    progress_clear(progress);
    pthread_mutex_destroy(&progress->lock);
}

void progress_time(char text[24], double seconds)
{
    const unsigned long whole = seconds > 0.0 ? (unsigned long)(seconds + 0.5) : 0;
    const unsigned long hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours > 0)
        snprintf(text, 24, "%lu h %02lu min", hours % 100000, minutes);
    else if (minutes > 0)
        snprintf(text, 24, "%lu min %02lu s", minutes, whole % 60);
    else
        snprintf(text, 24, "%lu s", whole);
}
