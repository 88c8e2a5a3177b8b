#include "data/split.h"

static const double validation_end = 0.1, test_end = 0.2;

const char *const split_names[] = {"train", "validation", "test", "all", NULL};
const char *const split_method_names[] = {"draw", "sound", NULL};

double split_place(uint64_t sound)
{
    return (double)(sound >> 11) * 0x1p-53;
}

// Returns the number of places below `end`.
static size_t places_below(const double *place, size_t n, double end)
{
    size_t below = 0;
    while (below < n && place[below] < end) below++;
    return below;
}

static void set_sides(size_t validation, size_t test, size_t n, Split *split)
{
    for (size_t i = 0; i < n; i++)
        split[i] = i < validation ? SPLIT_VALIDATION : i < test ? SPLIT_TEST : SPLIT_TRAIN;
}

void split_sounds(const double *place, size_t n, Split *split)
{
    size_t validation = places_below(place, n, validation_end); // where it ends
    size_t test = places_below(place, n, test_end);
    if (validation == 0) validation = 1;
    if (test <= validation) test = validation + 1;
    if (test >= n) test = n - 1;
    if (validation >= test) validation = test - 1;
    set_sides(validation, test, n, split);
}

void split_untrained(const double *place, size_t n, Split *split)
{
    const size_t validation = places_below(place, n, validation_end);
    const size_t test = places_below(place, n, test_end);
    set_sides(validation, test, n, split);
    if (validation == test && n > 0) split[0] = SPLIT_TEST;
}
