// sound.h: one channel of sound that need not fit into memory. It is read piece by piece. The pages
// of a mapped file are released after reading, so memory does not grow with the sound. Any thread.
#ifndef TRASLUZ_SOUND_H
#define TRASLUZ_SOUND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const float *audio; // [samples]; belongs to its maker
    size_t samples;
    bool mapped; // a shared mapping of a file: released pages are read again when needed
} Sound;

// Copies n samples from sample `at` on; samples after the end are 0. For reading from the beginning
// to the end: pages are released every 2 MB, and at the end.
void sound_read(const Sound *sound, size_t at, size_t n, float *to);

// Releases the pages of n samples from `at` on, n > 0. For reading in any order.
void sound_release(const Sound *sound, size_t at, size_t n);

#endif
