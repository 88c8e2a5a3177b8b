// split.h: the parts of a data set: what is trained on, what tells when that is enough, and what
// neither has seen. Any thread.
#ifndef TRASLUZ_SPLIT_H
#define TRASLUZ_SPLIT_H

typedef enum { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLITS } Split;

const char *split_name(Split split);

#endif
