// arena.h: aligned arrays out of one block of memory. Laid out twice: without a block the arena
// only counts the bytes; with a block of so many it gives the arrays. One thread at a time.
#ifndef TRASLUZ_ARENA_H
#define TRASLUZ_ARENA_H

#include <stddef.h>

enum { ARENA_ALIGNMENT = 64 }; // bytes

typedef struct {
    unsigned char *block; // aligned; NULL to count
    size_t used;          // bytes
} Arena;

// Takes so many bytes; returns NULL without a block.
void *arena_take(Arena *arena, size_t bytes);

// Takes an array of so many floats; returns NULL without a block.
float *arena_floats(Arena *arena, size_t values);

// Returns a block of zeros of so many bytes, for free(); NULL where memory is short. Its pages have
// been written to: unlike with calloc(), the audio thread's first write does not wait for the
// kernel.
void *arena_block(size_t bytes);

#endif
