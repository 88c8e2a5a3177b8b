// progress.h: one line that is written over itself while work goes on, with rate and time left. Silent where the stream is
// not a terminal.
#ifndef TRASLUZ_PROGRESS_H
#define TRASLUZ_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    FILE *stream; // NULL: silent
    double started, shown; // seconds, monotonic
    uint64_t first;        // units done when the work started
} Progress;

// Seconds on a clock that only goes forward.
double clock_seconds(void);

// `done` units are done already. `stream` may be NULL.
void progress_begin(Progress *progress, FILE *stream, uint64_t done);

// Shows "text, time left", at most five times a second.
void progress_show(Progress *progress, uint64_t done, uint64_t total, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Clears the line.
void progress_end(Progress *progress);

// "1:02:03" or "2:03".
void format_duration(char text[32], double seconds);

#endif
