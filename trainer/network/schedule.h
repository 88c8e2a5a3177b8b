// schedule.h: the learning rate over a training. Of its options, of where the training stands and,
// for the plateau, of the validation losses so far; nothing is kept elsewhere. Any thread.
#ifndef TRASLUZ_SCHEDULE_H
#define TRASLUZ_SCHEDULE_H

#include "files/error.h"

#include <stdbool.h>

typedef enum {
    SCHEDULE_CONSTANT,
    SCHEDULE_PLATEAU, // halved when the validation loss stands still
    SCHEDULE_COSINE,  // half a cosine from the full rate down to 0 at the last step
    SCHEDULE_KINDS,
} ScheduleKind;

typedef struct {
    ScheduleKind kind;
    double learning_rate; // the highest
    double warm_up;       // epochs in which it rises to that, along a straight line from 0
    int patience;         // plateau: epochs without a better validation loss until it is halved
    int epochs;           // the planned training: the most it takes, and the cosine's length
} Schedule;

// What the plateau has seen; all zero at the start.
typedef struct {
    int halvings;
    int stale;       // epochs since the validation loss was last clearly better
    double stale_at; // that loss
    bool finished;   // the rate has been halved away
} ScheduleState;

extern const char *const schedule_names[SCHEDULE_KINDS + 1]; // ended by NULL

// False, with the reason, where the numbers do not go together.
bool schedule_check(const Schedule *schedule, Error *error);

// The rate `at` so many epochs from the start, in [0, epochs]. The cosine is that of Loshchilov and
// Hutter, "SGDR", ICLR 2017, equation 5, with one period and down to 0; the warm-up that of Goyal
// et al., "Accurate, large minibatch SGD", 2017, section 2.2.
double schedule_rate(const Schedule *schedule, const ScheduleState *state, double at);

// An epoch, counted from 0, has ended with that validation loss.
void schedule_follow(const Schedule *schedule, ScheduleState *state, int epoch, double validation);

// Everything that decides the rates, as text; a longer training at a constant rate begins like a
// shorter one, so the number of epochs is in it for the cosine alone.
enum { SCHEDULE_TEXT = 160 };
void schedule_describe(const Schedule *schedule, char text[SCHEDULE_TEXT]);

#endif
