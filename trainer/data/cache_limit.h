// cache_limit.h: the size of a cache folder (clip_cache.h), and what is removed from it. Only
// entries of the cache are counted and removed. Removing one does not disturb who uses it. Blocks;
// any thread, any process.
#ifndef TRASLUZ_CACHE_LIMIT_H
#define TRASLUZ_CACHE_LIMIT_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef struct {
    size_t entries;
    uint64_t bytes;
} CacheSize;

// Returns what is in the folder; nothing if there is none.
CacheSize cache_size(const char *folder);

enum { CACHE_SIZE_TEXT = 24 };

// Writes a size for people: "1.23 GB".
void cache_size_text(char text[CACHE_SIZE_TEXT], uint64_t bytes);

// Removes entries, those that were not used for the longest time first, until at most `limit` bytes
// are left, but none that was used at `since` or later. Returns what was removed. Allocates.
CacheSize cache_trim(const char *folder, uint64_t limit, time_t since);

#endif
