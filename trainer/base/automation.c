#include "base/automation.h"

#include "base/parse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 40 }; // letters of a number, with its end

// Reads the number in text[0, length).
static bool parse_piece(const char *text, size_t length, double low, double high, double *value,
                        Error *error)
{
    char number[NUMBER_MAX];
    if (length >= NUMBER_MAX) length = NUMBER_MAX - 1;
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    return parse_number(number, low, high, value, error);
}

// Reads "seconds:value", which has `length` letters.
static bool parse_point(const char *text, size_t length, double low, double high,
                        AutomationPoint *point, Error *error)
{
    const char *colon = memchr(text, ':', length);
    if (!colon)
        return error_set(error, "must be a number, or breakpoints SECONDS:VALUE,SECONDS:VALUE");
    const size_t before = (size_t)(colon - text);
    return parse_piece(text, before, 0.0, 1e9, &point->seconds, error) &&
           parse_piece(colon + 1, length - before - 1, low, high, &point->value, error);
}

bool automation_parse(const char *text, double low, double high, Automation *automation,
                      Error *error)
{
    automation->points = 0;
    if (!strpbrk(text, ":,")) {
        AutomationPoint point = {.seconds = 0.0};
        if (!parse_number(text, low, high, &point.value, error)) return false;
        automation->point[automation->points++] = point;
        return true;
    }
    for (;; text++) {
        const size_t length = strcspn(text, ",");
        if (automation->points == AUTOMATION_POINTS_MAX)
            return error_set(error, "must be at most %d breakpoints", AUTOMATION_POINTS_MAX);
        AutomationPoint point;
        if (!parse_point(text, length, low, high, &point, error)) return false;
        if (automation->points > 0 &&
            point.seconds < automation->point[automation->points - 1].seconds)
            return error_set(error, "the breakpoints must be in the order of time");
        automation->point[automation->points++] = point;
        text += length;
        if (!*text) return true;
    }
}

// Returns how many breakpoints lie at a time or before it.
static size_t points_until(const Automation *automation, double seconds)
{
    size_t count = 0;
    while (count < automation->points && automation->point[count].seconds <= seconds) count++;
    return count;
}

double automation_at(const Automation *automation, double seconds)
{
    const size_t next = points_until(automation, seconds);
    if (automation->points == 0) return 0.0;
    if (next == 0) return automation->point[0].value;
    const AutomationPoint *from = &automation->point[next - 1];
    if (next == automation->points) return from->value;
    const AutomationPoint *to = &automation->point[next];
    const double part = (seconds - from->seconds) / (to->seconds - from->seconds);
    return from->value + part * (to->value - from->value);
}

double automation_step_at(const Automation *automation, double seconds)
{
    const size_t next = points_until(automation, seconds);
    return next == 0 ? 0.0 : automation->point[next - 1].value;
}

double automation_peak(const Automation *automation)
{
    double peak = 0.0;
    for (size_t i = 0; i < automation->points; i++)
        peak = fmax(peak, fabs(automation->point[i].value));
    return peak;
}

bool automation_is_constant(const Automation *automation)
{
    for (size_t i = 1; i < automation->points; i++)
        if (automation->point[i].value != automation->point[0].value) return false;
    return true;
}
