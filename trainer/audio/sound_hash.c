#include "audio/sound_hash.h"

#include "files/hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Of a sum's standard deviation: far above what decoders differ by (0.000001), and no simple
// fraction, which sums of regular signals might lie on the edge of.
static const double step = 0.0517;

void sound_hash_begin(SoundHash *hash)
{
    *hash = (SoundHash){.frames = 0};
}

// 64 random signs for a block of 64 samples: Steele, Lea, Flood, "Fast splittable pseudorandom
// number generators", OOPSLA 2014 (splitmix64).
static uint64_t signs_of(uint64_t block)
{
    uint64_t z = (block + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

// A sum of the channels that is the samples themselves if all are equal, and in which opposite
// channels do not cancel.
static double mix(const float *frame, int channels)
{
    double sum = 0.0;
    for (int c = 0; c < channels; c++) sum += (double)frame[c] * (channels - c);
    return sum * 2.0 / ((double)channels * (channels + 1));
}

void sound_hash_add(SoundHash *hash, const float *frames, size_t n, int channels)
{
    uint64_t signs = signs_of(hash->frames / SOUND_HASH_SUMS);
    for (size_t i = 0; i < n; i++) {
        const double sample = mix(frames + i * (size_t)channels, channels);
        const size_t at = (size_t)(hash->frames % SOUND_HASH_SUMS);
        hash->sum[at] += signs >> at & 1 ? sample : -sample;
        hash->power += sample * sample;
        if (++hash->frames % SOUND_HASH_SUMS == 0) signs = signs_of(hash->frames / SOUND_HASH_SUMS);
    }
}

uint64_t sound_hash_end(const SoundHash *hash)
{
    Hash text;
    char digits[HASH_TEXT], number[32];
    const double deviation = sqrt(hash->power / SOUND_HASH_SUMS);
    hash_begin(&text);
    hash_add(&text, number,
             (size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)hash->frames));
    for (size_t i = 0; i < SOUND_HASH_SUMS && deviation > 0.0; i++)
        hash_add(&text, number,
                 (size_t)snprintf(number, sizeof number, " %lld",
                                  llround(hash->sum[i] / (deviation * step))));
    hash_end(&text, digits);
    digits[16] = '\0';
    return strtoull(digits, NULL, 16);
}
