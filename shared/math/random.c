#include "math/random.h"

#include <math.h>

void random_words(RandomKey key, uint64_t index, uint32_t sub, uint32_t words[4])
{
    uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32), c2 = sub, c3 = 0;
    uint32_t k0 = key.seed, k1 = key.stream;
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        const uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

// Two words to two independent normal values.
static void box_muller(const uint32_t words[2], float normal[2])
{
    const float uniform = ((float)(words[0] >> 8) + 0.5f) * 0x1p-24f; // in (0, 1)
    const float radius = sqrtf(-2.0f * logf(uniform));
    const float angle = (float)(words[1] >> 8) * (0x1p-24f * 6.28318530718f);
    normal[0] = radius * cosf(angle);
    normal[1] = radius * sinf(angle);
}

void random_normal(RandomKey key, uint64_t index, float *values, int n)
{
    for (int i = 0; i < n; i += 4) {
        uint32_t words[4];
        float normal[4];
        random_words(key, index, (uint32_t)(i / 4), words);
        box_muller(words, normal);
        box_muller(words + 2, normal + 2);
        for (int j = 0; j < 4 && i + j < n; j++) values[i + j] = normal[j];
    }
}

// The upper half of a product: not every processor's compiler knows whole numbers of 128 bits.
static uint64_t multiply_high(uint64_t a, uint64_t b)
{
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    const uint64_t other = a0 * b1 + (uint32_t)middle;
    return a1 * b1 + (middle >> 32) + (other >> 32);
}

uint64_t random_below(RandomKey key, uint64_t index, uint64_t bound)
{
    uint32_t words[4];
    random_words(key, index, 0, words);
    const uint64_t wide = (uint64_t)words[0] << 32 | words[1];
    return multiply_high(wide, bound);
}
