#include "data/split.h"

const char *split_name(Split split)
{
    static const char *const names[SPLITS] = {"train", "validation", "test"};
    return names[split];
}
