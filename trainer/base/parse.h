// parse.h: reads numbers from text that users wrote, and suggests names for mistyped ones. Any
// thread; allocates nothing.
#ifndef TRASLUZ_PARSE_H
#define TRASLUZ_PARSE_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

// Read a number in [low, high] that is the whole text; otherwise the message says what it must be.
bool parse_integer(const char *text, long low, long high, long *value, Error *error);
bool parse_number(const char *text, double low, double high, double *value, Error *error);

// Reads a size such as 500M, 1.5G or 2 GB to bytes: a number and k, M, G or T, which a B may
// follow; without a letter it is in GB.
bool parse_size(const char *text, uint64_t *bytes, Error *error);

enum { NUMBER_LIST_MAX = 64 };

typedef struct {
    long number[NUMBER_LIST_MAX];
    size_t count;
} NumberList;

// Reads integers separated by commas, such as "64,32,8": one to NUMBER_LIST_MAX.
bool parse_list(const char *text, long low, long high, NumberList *list, Error *error);

// Counts the single letters that must be inserted, removed, replaced or swapped with their
// neighbour to turn one name into the other; only the first 63 bytes count. (Damerau, "A technique
// for computer detection and correction of spelling errors", Comm. ACM 7(3), 1964.)
int spelling_distance(const char *a, const char *b);

// The closest name to a mistyped one: begin with {.name = NULL} and consider each name; then `name`
// is the closest, or NULL if none is close.
typedef struct {
    const char *name;
    int distance;
} Suggestion;

void suggestion_consider(Suggestion *suggestion, const char *typed, const char *name);

#endif
