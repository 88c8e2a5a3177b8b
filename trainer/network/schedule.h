// schedule.h: the learning rate over a training: a function of the options, of the place in the
// training and, for the plateau, of the validation losses so far. Any thread.
#ifndef TRASLUZ_SCHEDULE_H
#define TRASLUZ_SCHEDULE_H

#include "files/error.h"

#include <stdbool.h>

typedef enum {
    SCHEDULE_CONSTANT,
    SCHEDULE_PLATEAU, // halved when the validation loss no longer falls
    SCHEDULE_COSINE,  // half a cosine from the full rate down to 0 at the last step
    SCHEDULE_KINDS,
} ScheduleKind;

typedef struct {
    ScheduleKind kind;
    double learning_rate; // the highest
    double warm_up;       // epochs in which it rises linearly from 0 to that
    int patience;         // plateau: epochs without a better validation loss before it is halved
    int resumed;          // cosine: epochs after which a finished training went on; 0: it did not
    int epochs;           // the planned training: the most it takes, and the cosine's length
} Schedule;

// The plateau's state; all zero at first.
typedef struct {
    int halvings;
    int stale;       // epochs since the validation loss was last clearly better
    double stale_at; // that loss
    bool finished;   // the rate has been halved as often as it may
} ScheduleState;

extern const char *const schedule_names[SCHEDULE_KINDS + 1]; // ended by NULL

// Returns false, with the reason, if the numbers contradict each other.
bool schedule_check(const Schedule *schedule, Error *error);

// What a cosine rises to, as a share of the full rate, where a finished training goes on.
#define SCHEDULE_RESUMED 0.25

// Returns the rate `at` so many epochs from the start, in [0, epochs]. The cosine is that of
// Loshchilov and Hutter, "SGDR", ICLR 2017, equation 5, with one period and down to 0; the warm-up
// that of Goyal et al., "Accurate, large minibatch SGD", 2017, section 2.2.
double schedule_rate(const Schedule *schedule, const ScheduleState *state, double at);

// Takes the validation loss at the end of an epoch, counted from 0.
void schedule_follow(const Schedule *schedule, ScheduleState *state, int epoch, double validation);

// Writes everything that decides the rates as text. A longer training at a constant rate begins
// like a shorter one, so only the cosine's text has the number of epochs.
enum { SCHEDULE_TEXT = 160 };
void schedule_describe(const Schedule *schedule, char text[SCHEDULE_TEXT]);

#endif
