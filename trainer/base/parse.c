#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool parse_integer(const char *text, long low, long high, long *value, Error *error)
{
    char *end;
    errno = 0;
    const long number = strtol(text, &end, 10);
    if (!*text || *end || errno != 0 || number < low || number > high)
        return error_set(error, "must be a whole number from %ld to %ld, not '%s'", low, high,
                         text);
    *value = number;
    return true;
}

bool parse_number(const char *text, double low, double high, double *value, Error *error)
{
    char *end;
    const double number = strtod(text, &end);
    if (!*text || *end || !(number >= low && number <= high))
        return error_set(error, "must be a number from %g to %g, not '%s'", low, high, text);
    *value = number;
    return true;
}

bool parse_size(const char *text, uint64_t *bytes, Error *error)
{
    static const char units[] = "kmgt";
    char *end;
    const double number = strtod(text, &end);
    bool good = end != text;
    double unit = 1e9;
    while (*end == ' ') end++;
    if (*end) {
        const char *letter = strchr(units, tolower((unsigned char)*end));
        good = good && letter;
        if (good) unit = pow(1000.0, (double)(letter - units + 1));
        end++;
        if (*end == 'B' || *end == 'b') end++;
    }
    if (!good || *end || !(number >= 0.0 && number * unit <= 1e15))
        return error_set(error, "must be a size such as 500M or 2G, not '%s'", text);
    *bytes = (uint64_t)(number * unit);
    return true;
}

bool parse_list(const char *text, long low, long high, NumberList *list, Error *error)
{
    list->count = 0;
    for (;;) {
        char number[24]; // longer than any number in range
        const size_t length = strcspn(text, ",");
        if (list->count == NUMBER_LIST_MAX)
            return error_set(error, "must be at most %d numbers", NUMBER_LIST_MAX);
        snprintf(number, sizeof number, "%.*s", (int)(length < 23 ? length : 23), text);
        if (!parse_integer(number, low, high, &list->number[list->count], error)) return false;
        list->count++;
        if (!text[length]) return true;
        text += length + 1;
    }
}

// ---- Mistyped names ----

enum { LETTERS = 64 }; // of a name, with its end

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

int spelling_distance(const char *a, const char *b)
{
    int distance[LETTERS][LETTERS]; // between the first i letters of `a` and the first j of `b`
    const int rows = (int)strnlen(a, LETTERS - 1), columns = (int)strnlen(b, LETTERS - 1);
    for (int i = 0; i <= rows; i++) distance[i][0] = i;
    for (int j = 0; j <= columns; j++) distance[0][j] = j;
    for (int i = 1; i <= rows; i++) {
        for (int j = 1; j <= columns; j++) {
            const int replaced = distance[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            distance[i][j] = smaller(replaced, 1 + smaller(distance[i - 1][j], distance[i][j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                distance[i][j] = smaller(distance[i][j], distance[i - 2][j - 2] + 1);
        }
    }
    return distance[rows][columns];
}

// A third of the letters may be wrong, but not all of a short name. The end of a name
// may be missing.
void suggestion_consider(Suggestion *suggestion, const char *typed, const char *name)
{
    const size_t length = strlen(typed);
    const int distance =
        length >= 3 && strncmp(typed, name, length) == 0 ? 1 : spelling_distance(typed, name);
    if (distance > (int)(length + 2) / 3 || (size_t)distance >= strlen(name)) return;
    if (suggestion->name && suggestion->distance <= distance) return;
    *suggestion = (Suggestion){.name = name, .distance = distance};
}
