#include "math/arena.h"

#include <stdlib.h>
#include <string.h>

static size_t aligned(size_t bytes)
{
    return (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
}

void *arena_take(Arena *arena, size_t bytes)
{
    void *memory = arena->block ? arena->block + arena->used : NULL;
    arena->used += aligned(bytes);
    return memory;
}

float *arena_floats(Arena *arena, size_t values)
{
    return arena_take(arena, values * sizeof(float));
}

void *arena_block(size_t bytes)
{
    void *block = aligned_alloc(ARENA_ALIGNMENT, aligned(bytes));
    if (block) memset(block, 0, bytes);
    return block;
}
