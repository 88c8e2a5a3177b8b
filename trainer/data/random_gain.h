// random_gain.h: windows made louder or softer at random while a network is trained, so that it
// learns the same of loud and of quiet music. Any thread.
#ifndef TRASLUZ_RANDOM_GAIN_H
#define TRASLUZ_RANDOM_GAIN_H

#include <stddef.h>
#include <stdint.h>

// The factor for the window at `index` of an epoch's list (dataset_epoch()): evenly distributed in
// decibels from -range to range. Depends on its arguments alone; exactly 1 where the range is 0.
float random_gain(double range, uint32_t seed, uint32_t epoch, uint32_t index);

#endif
