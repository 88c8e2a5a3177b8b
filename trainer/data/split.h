// split.h: the parts of a data set: what is trained on, what tells when that is enough, and what
// neither has seen. Any thread.
#ifndef TRASLUZ_SPLIT_H
#define TRASLUZ_SPLIT_H

typedef enum { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLITS } Split;

// Ended by NULL. The last name, "all", is that of SPLITS, where a caller takes all clips.
extern const char *const split_names[SPLITS + 2];

#endif
