// split.h: the parts of a data set: training, validation (decides when training ends) and test
// (seen by neither). Any thread.
#ifndef TRASLUZ_SPLIT_H
#define TRASLUZ_SPLIT_H

typedef enum { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLITS } Split;

// NULL ends the list. The last name, "all", is that of SPLITS, for callers that take all clips.
extern const char *const split_names[SPLITS + 2];

#endif
