// progress.h: how far something long is, on a line of a terminal that is written over: what, share
// done, time left. It comes only after two seconds, and only on a terminal. Any number of threads
// may report to one Progress.
#ifndef TRASLUZ_PROGRESS_H
#define TRASLUZ_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    FILE *to;         // NULL where nothing is to be shown
    const char *what; // may be rewritten between steps
    uint64_t items, items_done;
    uint64_t work, work_done; // in any unit that time goes with
    double began, shown;      // seconds
    pthread_mutex_t lock;
} Progress;

// `what` is shown before the numbers ("decoding"), and must stay. `to` may be NULL.
void progress_begin(Progress *progress, FILE *to, const char *what, uint64_t items, uint64_t work);

// One item more is done, which was that much work.
void progress_step(Progress *progress, uint64_t work);

// So many items are done in all, where each is as much work as another: the seconds of a recording,
// say.
void progress_reach(Progress *progress, uint64_t items);

// Clears the line, so that other lines can be printed; the next step shows it again.
void progress_clear(Progress *progress);

// Clears the line for good.
void progress_end(Progress *progress);

// Seconds on a clock that only goes forward.
double progress_clock(void);

// Writes a time as people say it: "12 s", "3 min 20 s", "2 h 05 min".
void progress_time(char text[24], double seconds);

#endif
