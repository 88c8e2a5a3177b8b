// ramp.h: a value that moves to its target in a straight line over a given number of
// steps. Real-time safe.
#ifndef TRASLUZ_RAMP_H
#define TRASLUZ_RAMP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    float value, target, step;
    int steps;           // left
    int length;          // of a whole ramp, in steps
    bool moving_allowed; // false until the first target is taken over at once
} Ramp;

static inline void ramp_init(Ramp *ramp, int length)
{
    *ramp = (Ramp){.length = length > 0 ? length : 1};
}

static inline void ramp_set(Ramp *ramp, float target)
{
    if (!ramp->moving_allowed) {
        ramp->value = ramp->target = target;
        ramp->steps = 0;
        ramp->moving_allowed = true;
    } else if (target != ramp->target) {
        ramp->target = target;
        ramp->steps = ramp->length;
        ramp->step = (target - ramp->value) / (float)ramp->length;
    }
}

// The next value. Arrives exactly at the target.
static inline float ramp_next(Ramp *ramp)
{
    if (ramp->steps > 0) {
        ramp->steps--;
        ramp->value = ramp->steps > 0 ? ramp->value + ramp->step : ramp->target;
    }
    return ramp->value;
}

// The next n values.
static inline void ramp_fill(Ramp *ramp, float *values, size_t n)
{
    size_t i = 0;
    for (; i < n && ramp->steps > 0; i++) values[i] = ramp_next(ramp);
    for (const float value = ramp->value; i < n; i++) values[i] = value;
}

// True if the value rests at `value`.
static inline bool ramp_rests_at(const Ramp *ramp, float value)
{
    return ramp->steps == 0 && ramp->value == value;
}

// Returns true if ramp_set() with that target and ramp_next() would leave the ramp as it is.
static inline bool ramp_stays_at(const Ramp *ramp, float target)
{
    return ramp->moving_allowed && ramp->steps == 0 && ramp->target == target;
}

#endif
