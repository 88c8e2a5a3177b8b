#include "data/split.h"

#include <stddef.h>

const char *const split_names[] = {"train", "validation", "test", "all", NULL};
