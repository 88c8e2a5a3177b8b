// split.h: the parts of a data set: training, validation (decides when training ends) and test
// (seen by neither), and the side that a recording belongs to. Any thread.
#ifndef TRASLUZ_SPLIT_H
#define TRASLUZ_SPLIT_H

#include <stddef.h>
#include <stdint.h>

typedef enum { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLITS } Split;

// NULL ends the list. The last name, "all", is that of SPLITS, for callers that take all clips.
extern const char *const split_names[SPLITS + 2];

// How a set is split: drawn by its seed from all files together, as up to version 0.4; or by the
// sound of each file.
typedef enum { SPLIT_BY_DRAW, SPLIT_BY_SOUND } SplitMethod;

extern const char *const split_method_names[]; // ended by NULL

// Returns the place of a sound (sound_hash.h) in [0, 1). Below 0.1 is validation, from there below
// 0.2 is test, the rest is training, whatever other files there are.
double split_place(uint64_t sound);

// Split sounds by their places, which are in ascending order. Both write split[n].

// For a training: where a side would be empty, it gets the sound that is closest to it. n must be
// at least 3.
void split_sounds(const double *place, size_t n, Split *split);

// For sounds that were not used in a training: where nothing would be left to test, the sound with
// the lowest place is.
void split_untrained(const double *place, size_t n, Split *split);

#endif
