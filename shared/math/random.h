// random.h: random numbers by position: the value at (seed, stream, index) depends on these alone,
// so noise can start anywhere, in any order, and be the same. Real-time safe, no state.
//
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2,
// 3", SC 2011.
#ifndef TRASLUZ_RANDOM_H
#define TRASLUZ_RANDOM_H

#include <stdint.h>

typedef struct {
    uint32_t seed;
    uint32_t stream;
} RandomKey;

// Four words from a 128-bit counter: {index low, index high, sub, 0}.
void random_words(RandomKey key, uint64_t index, uint32_t sub, uint32_t words[4]);

// Fills values[0, n) with independent standard normal values that belong to `index` (Box
// and Muller's transform).
void random_normal(RandomKey key, uint64_t index, float *values, int n);

// A whole number in [0, bound), unbiased to 2^-32; bound > 0.
uint64_t random_below(RandomKey key, uint64_t index, uint64_t bound);

#endif
