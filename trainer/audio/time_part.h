// time_part.h: a file or a range of time of it, as people type it. Any thread.
#ifndef TRASLUZ_TIME_PART_H
#define TRASLUZ_TIME_PART_H

#include "files/error.h"

#include <stdint.h>

typedef struct {
    double value;
    bool percent; // of the whole; else seconds
} PartBound;

typedef struct {
    char *path;
    bool whole;
    PartBound from, to; // a range of time
} TimePart;

// Reads FILE, FILE@FROM-TO or FILE@FROM, where FROM and TO are seconds, minutes and seconds as in
// 1:30, or percent if a '%' follows; without FROM from the beginning, without TO to the end. If a
// file has the whole name, that file is meant. Allocates; the caller frees part->path.
bool time_part_parse(TimePart *part, const char *text, Error *error);

// A range of samples, or of frames: [from, to).
typedef struct {
    uint64_t from, to;
} PartRange;

// Finds the range of the part in `count` samples at `rate` per second: each bound at the nearest
// sample, no later than the end. Fails if nothing is between them. Messages name the path.
bool time_part_range(const TimePart *part, uint64_t count, double rate, PartRange *range,
                     Error *error);

#endif
