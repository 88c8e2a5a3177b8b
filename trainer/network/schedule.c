#include "network/schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CLEARLY_BETTER                                                                             \
    0.999                  // a validation loss below so many times the last one resets the patience
enum { HALVINGS_MAX = 6 }; // when patience asks for one more, the training ends

const char *const schedule_names[] = {"constant", "plateau", "cosine", NULL};

bool schedule_check(const Schedule *schedule, Error *error)
{
    if (schedule->kind == SCHEDULE_PLATEAU && schedule->patience < 1)
        return error_set(error, "the plateau schedule needs a patience of at least 1 epoch");
    if (schedule->kind != SCHEDULE_PLATEAU && schedule->patience > 0)
        return error_set(error, "patience belongs to the plateau schedule, not to %s",
                         schedule_names[schedule->kind]);
    if (schedule->warm_up >= (double)schedule->epochs && schedule->warm_up > 0.0)
        return error_set(error, "a warm-up of %g epochs leaves nothing of %d", schedule->warm_up,
                         schedule->epochs);
    return true;
}

double schedule_rate(const Schedule *schedule, const ScheduleState *state, double at)
{
    static const double pi = 3.14159265358979323846;
    const double full = schedule->learning_rate, warm_up = schedule->warm_up;
    if (schedule->kind == SCHEDULE_COSINE && schedule->resumed > 0 && at >= schedule->resumed) {
        const double length = schedule->epochs - schedule->resumed, done = at - schedule->resumed;
        const double rise = 0.05 * length, again = SCHEDULE_RESUMED * full;
        return done < rise ? again * done / rise
                           : again * 0.5 * (1.0 + cos(pi * (done - rise) / (length - rise)));
    }
    if (at < warm_up) return full * at / warm_up;
    switch (schedule->kind) {
    case SCHEDULE_PLATEAU: return ldexp(full, -state->halvings);
    case SCHEDULE_COSINE:
        return full * 0.5 * (1.0 + cos(pi * (at - warm_up) / (schedule->epochs - warm_up)));
    case SCHEDULE_CONSTANT:
    default: return full;
    }
}

void schedule_follow(const Schedule *schedule, ScheduleState *state, int epoch, double validation)
{
    if (schedule->kind != SCHEDULE_PLATEAU || (double)(epoch + 1) < schedule->warm_up) return;
    if (state->stale_at == 0.0 || validation < CLEARLY_BETTER * state->stale_at) {
        state->stale = 0;
        state->stale_at = validation;
        return;
    }
    if (++state->stale < schedule->patience) return;
    state->stale = 0;
    if (state->halvings == HALVINGS_MAX)
        state->finished = true;
    else
        state->halvings++;
}

void schedule_describe(const Schedule *schedule, char text[SCHEDULE_TEXT])
{
    const int used =
        snprintf(text, SCHEDULE_TEXT, "learning-rate %.9g, schedule %s, warm-up %.9g, patience %d",
                 schedule->learning_rate, schedule_names[schedule->kind], schedule->warm_up,
                 schedule->patience);
    if (schedule->kind == SCHEDULE_COSINE)
        snprintf(text + used, SCHEDULE_TEXT - (size_t)used, ", epochs %d", schedule->epochs);
}
