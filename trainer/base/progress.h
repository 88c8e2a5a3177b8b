// progress.h: the progress of long work on one line of a terminal, cut to its width at a comma:
// time left, what, how much. The line appears only after two seconds, and only on a terminal. Any
// number of threads may report to one Progress.
#ifndef TRASLUZ_PROGRESS_H
#define TRASLUZ_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    FILE *to;         // NULL: show nothing
    const char *what; // may be rewritten between steps
    uint64_t items, items_done;
    uint64_t work, work_done; // in any unit that is proportional to time
    double after;             // how often the same work follows, of which this is the first
    double began, shown;      // seconds
    pthread_mutex_t lock;
} Progress;

// Begins. `what` is printed before the numbers ("decoding") and must stay valid. `to` may be NULL.
void progress_begin(Progress *progress, FILE *to, const char *what, uint64_t items, uint64_t work);

// Reports one more item, which was that much work.
void progress_step(Progress *progress, uint64_t work);

// Reports the total of items done, each of the same work, such as seconds of a recording.
void progress_reach(Progress *progress, uint64_t items);

// Clears the line, so that other lines can be printed; the next step shows it again.
void progress_clear(Progress *progress);

// Ends, and clears the line.
void progress_end(Progress *progress);

// Writes the line as it is after so many seconds, for a terminal of so many columns.
void progress_line(const Progress *progress, double seconds, size_t columns, char line[256]);

// Returns the seconds of a monotonic clock.
double progress_clock(void);

// Writes a duration: "12 s", "3 min 20 s", "2 h 05 min".
void progress_time(char text[24], double seconds);

#endif
