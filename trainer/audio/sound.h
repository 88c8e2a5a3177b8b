// sound.h: one channel of sound that need not fit in memory. Read piece by piece: of a file that is
// mapped, what was read is given back, so that what is used does not grow with the sound. Any
// thread.
#ifndef TRASLUZ_SOUND_H
#define TRASLUZ_SOUND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const float *audio; // [samples]; whoever made it owns it
    size_t samples;
    bool mapped; // from a file, shared: it stays there, and is read again when it is wanted
} Sound;

// Copies to[n], from sample `at` on; what lies behind the end is 0. For reading from the front to
// the end: what was read is given back every 2 MB, and at the end.
void sound_read(const Sound *sound, size_t at, size_t n, float *to);

// Gives back the memory of n samples from `at` on, n > 0: for who reads here and there.
void sound_give_back(const Sound *sound, size_t at, size_t n);

#endif
