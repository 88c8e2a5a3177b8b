#include "base/parse.h"

#include <errno.h>
#include <stdlib.h>

bool parse_integer(const char *text, long low, long high, long *value, Error *error)
{
    char *end;
    errno = 0;
    const long number = strtol(text, &end, 10);
    if (!*text || *end || errno != 0 || number < low || number > high)
        return error_set(error, "a whole number from %ld to %ld is needed, not '%s'", low, high,
                         text);
    *value = number;
    return true;
}

bool parse_number(const char *text, double low, double high, double *value, Error *error)
{
    char *end;
    const double number = strtod(text, &end);
    if (!*text || *end || !(number >= low && number <= high))
        return error_set(error, "a number from %g to %g is needed, not '%s'", low, high, text);
    *value = number;
    return true;
}
