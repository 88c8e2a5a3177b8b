// random_gain.h: random gains of windows during a training, so that loud and quiet music count
// alike. Any thread.
#ifndef TRASLUZ_RANDOM_GAIN_H
#define TRASLUZ_RANDOM_GAIN_H

#include <stddef.h>
#include <stdint.h>

// Returns the factor for the window at `index` of an epoch's list (dataset_epoch()): uniform in
// decibels from -range to range. Depends only on the arguments; exactly 1 if the range is 0.
float random_gain(double range, uint32_t seed, uint32_t epoch, uint32_t index);

#endif
