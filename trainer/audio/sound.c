#define _DEFAULT_SOURCE // madvise()

#include "audio/sound.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// When a page is read, the kernel also maps those around it that it has in memory: 64 kB, or a
// large page of 2 MB. Therefore at least that much is released at once, and not more often, because
// each release takes as long as reading some pages.
enum { BLOCK = 2 << 20 };

static uintptr_t block_of(const Sound *sound, size_t at)
{
    return ((uintptr_t)sound->audio + at * sizeof *sound->audio) / BLOCK;
}

void sound_release(const Sound *sound, size_t at, size_t n)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t begin = (uintptr_t)sound->audio / page * page;
    const uintptr_t end = (uintptr_t)(sound->audio + sound->samples);
    uintptr_t from = block_of(sound, at) * BLOCK, to = (block_of(sound, at + n) + 1) * BLOCK;
    if (from < begin) from = begin;
    if (to > end) to = end;
    if (sound->mapped && from < to) madvise((void *)from, to - from, MADV_DONTNEED);
}

void sound_read(const Sound *sound, size_t at, size_t n, float *to)
{
    const size_t left = at < sound->samples ? sound->samples - at : 0;
    const size_t copied = left < n ? left : n;
    if (copied > 0) memcpy(to, sound->audio + at, copied * sizeof *to);
    memset(to + copied, 0, (n - copied) * sizeof *to);
    const bool goes_on = copied < left && block_of(sound, at) == block_of(sound, at + copied);
    if (copied > 0 && !goes_on) sound_release(sound, at, copied);
}
