#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL    0.2 // seconds
#define CLEAR_LINE  "\r\033[K"

double clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void format_duration(char text[32], double seconds)
{
    const long whole = seconds > 0.0 && seconds < 1e9 ? lround(seconds) : 0;
    if (whole >= 3600)
        snprintf(text, 32, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, 32, "%ld:%02ld", whole / 60, whole % 60);
}

void progress_begin(Progress *progress, FILE *stream, uint64_t done)
{
    *progress = (Progress){.started = clock_seconds(), .first = done};
    if (stream && isatty(fileno(stream))) progress->stream = stream;
}

void progress_show(Progress *progress, uint64_t done, uint64_t total, const char *format, ...)
{
    const double now = clock_seconds();
    if (!progress->stream || now - progress->shown < INTERVAL) return;
    progress->shown = now;
    fputs(CLEAR_LINE, progress->stream);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(progress->stream, format, arguments);
    va_end(arguments);
    const uint64_t since = done - progress->first;
    if (since > 0 && now - progress->started > 1.0) {
        char left[32];
        format_duration(left, (now - progress->started) / (double)since * (double)(total - done));
        fprintf(progress->stream, ", %s left", left);
    }
    fflush(progress->stream);
}

void progress_end(Progress *progress)
{
    if (!progress->stream) return;
    fputs(CLEAR_LINE, progress->stream);
    fflush(progress->stream);
}
