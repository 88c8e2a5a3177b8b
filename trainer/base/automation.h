// automation.h: a control's value over time, as users type it: a number, or breakpoints
// "seconds:value,seconds:value". Between two breakpoints the value moves in a straight line; before
// the first one it is that of the first, after the last one that of the last. Any thread; allocates
// nothing.
#ifndef TRASLUZ_AUTOMATION_H
#define TRASLUZ_AUTOMATION_H

#include "files/error.h"

#include <stddef.h>

enum { AUTOMATION_POINTS_MAX = 128 };

typedef struct {
    double seconds, value;
} AutomationPoint;

typedef struct {
    AutomationPoint point[AUTOMATION_POINTS_MAX]; // seconds never decrease
    size_t points;                                // none: the value is 0 throughout
} Automation;

// Reads a number in [low, high] or breakpoints with such numbers. Two breakpoints at one time are a
// step.
bool automation_parse(const char *text, double low, double high, Automation *automation,
                      Error *error);

// Returns the value at a time.
double automation_at(const Automation *automation, double seconds);

// Returns the value of the last breakpoint up to a time, 0 before the first one: for switches,
// which have no values in between.
double automation_step_at(const Automation *automation, double seconds);

// Returns the greatest absolute value that the automation reaches.
double automation_peak(const Automation *automation);

// True if the value never changes.
bool automation_is_constant(const Automation *automation);

#endif
