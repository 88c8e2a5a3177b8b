#include "data/random_gain.h"

#include "math/random.h"

#include <math.h>

enum { STREAM_GAIN = 0x4741494e }; // of random numbers

float random_gain(double range, uint32_t seed, uint32_t epoch, uint32_t index)
{
    const RandomKey key = {.seed = seed, .stream = STREAM_GAIN};
    uint32_t words[4];
    if (range == 0.0) return 1.0f;
    random_words(key, (uint64_t)epoch << 32 | index, 0, words);
    const double decibels = range * (((double)words[0] + 0.5) * 0x1p-31 - 1.0);
    return (float)pow(10.0, decibels / 20.0);
}
