#include "audio/time_part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Reads a number, or keeps the bound if there is none; returns the rest of the text, NULL on error.
static const char *parse_bound(const char *text, PartBound *bound)
{
    char *end;
    double value = strtod(text, &end);
    if (*text == '-' || end == text) return text;
    for (int colons = 0; *end == ':' && colons < 2; colons++) { // "1:02:03.5", "2:03"
        text = end + 1;
        const double next = strtod(text, &end);
        if (end == text || *text == '-' || next >= 60.0) return NULL;
        value = 60.0 * value + next;
    }
    if (!isfinite(value) || value < 0.0) return NULL;
    *bound = (PartBound){.value = value, .percent = *end == '%'};
    return end + bound->percent;
}

static bool parse_bounds(TimePart *part, const char *text)
{
    const char *begin = text;
    text = parse_bound(text, &part->from);
    if (text && !*text && text > begin) return true; // "50%": from there to the end
    if (!text || *text++ != '-') return false;
    text = parse_bound(text, &part->to);
    return text && !*text;
}

bool time_part_parse(TimePart *part, const char *text, Error *error)
{
    const char *at = access(text, F_OK) == 0 ? NULL : strrchr(text, '@');
    *part = (TimePart){.whole = !at, .to = {.value = 100.0, .percent = true}};
    if (at && !parse_bounds(part, at + 1))
        return error_set(error,
                         "%s: a part must be FILE@FROM-TO or FILE@FROM, in seconds, as 1:30, or in "
                         "percent",
                         text);
    part->path = at ? strndup(text, (size_t)(at - text)) : strdup(text);
    return part->path || error_out_of_memory(error);
}

static uint64_t bound_sample(const PartBound *bound, uint64_t count, double rate)
{
    const double all = (double)count;
    const double at = bound->percent ? 0.01 * bound->value * all : bound->value * rate;
    return at < all ? (uint64_t)llround(at) : count;
}

bool time_part_range(const TimePart *part, uint64_t count, double rate, PartRange *range,
                     Error *error)
{
    *range = (PartRange){0, count};
    if (part->whole) return true;
    *range =
        (PartRange){bound_sample(&part->from, count, rate), bound_sample(&part->to, count, rate)};
    return range->from < range->to ||
           error_set(error, "%s: the part contains nothing of its %.4g s", part->path,
                     (double)count / rate);
}
