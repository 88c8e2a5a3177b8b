// level_cache.h: the log levels of a whole dataset, analysed once, in memory, for trainings of
// spectra: the analysis of a window takes longer than the network's step on it. Filled by one
// thread with a pool; read by any number of threads.
#ifndef TRASLUZ_LEVEL_CACHE_H
#define TRASLUZ_LEVEL_CACHE_H

#include "data/dataset.h"
#include "model/arch.h"

// The frames of a clip, from its first hop on until silence has filled the analysis window.
typedef struct {
    size_t frames;
    float *values; // [frames][bands]: log levels less the frame's level; no band means taken off
    float *level;  // [frames]
    bool *silent;  // [frames]
} ClipLevels;

typedef struct LevelCache {
    size_t clips;
    ClipLevels *clip; // [clips], as in the dataset
} LevelCache;

// Analyses all clips at `rate` Hz. Leaves the cache empty, with `clip` NULL, if it would take more
// than half of the machine's memory: then windows are analysed one by one, to the same values.
// Prints its progress on standard error. Allocates; the caller frees it.
void level_cache_fill(LevelCache *cache, const Arch *arch, double rate, const Dataset *dataset,
                      Pool *pool);
void level_cache_free(LevelCache *cache);

#endif
