// sound_hash.h: a number that a recording keeps in every lossless format, at every level, and on
// every machine: for finding the same recording twice, and for its side of the split
// (data/split.h). Decoders of MP3 and Opus round differently on different processors, so samples
// cannot be hashed themselves: what is hashed is 64 sums of the samples with random signs, relative
// to the recording's power and rounded coarsely. After a lossy codec a recording has another hash.
//
// Any thread; allocates nothing.
#ifndef TRASLUZ_SOUND_HASH_H
#define TRASLUZ_SOUND_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { SOUND_HASH_SUMS = 64 };

typedef struct {
    uint64_t frames;
    double power;
    double sum[SOUND_HASH_SUMS];
} SoundHash;

void sound_hash_begin(SoundHash *hash);

// Adds frames[n][channels], as the file has them, at its own rate.
void sound_hash_add(SoundHash *hash, const float *frames, size_t n, int channels);

// Returns the hash: of the length too, and for silence of the length alone.
uint64_t sound_hash_end(const SoundHash *hash);

#endif
