// dataset_fixture.h: for tests that need data sets: sets out of the folders of audio_fixture.h.
#ifndef TRASLUZ_DATASET_FIXTURE_H
#define TRASLUZ_DATASET_FIXTURE_H

#include "data/dataset.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

static Pool *pool;

static Dataset *open_set(const char *const *names, size_t count, const char *cache, uint32_t seed,
                         Error *error)
{
    static char paths[4][512];
    const char *folders[4];
    for (size_t i = 0; i < count; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%s", fixture_folder, names[i]);
        folders[i] = paths[i];
    }
    char cache_path[512];
    snprintf(cache_path, sizeof cache_path, "%s/%s", fixture_folder, cache);
    const DatasetOptions options = {.folders = folders,
                                    .folder_count = count,
                                    .cache = cache_path,
                                    .rate = 22050.0,
                                    .split = {.seed = seed}};
    return dataset_open(&options, pool, error);
}

__attribute__((unused)) static Dataset *open_one(const char *name, uint32_t seed)
{
    Error error;
    Dataset *dataset = open_set(&name, 1, "cache", seed, &error);
    CHECK_MSG(dataset != NULL, "%s: %s", name, error.text);
    return dataset;
}

// Ten files of different lengths in "ten".
__attribute__((unused)) static bool make_ten(void)
{
    bool good = true;
    fixture_subfolder("ten");
    for (int i = 0; i < 10; i++) {
        char name[32];
        snprintf(name, sizeof name, "ten/%02d.wav", i);
        good = good && fixture_write_sine(name, 22050, 3000 + 1000 * (size_t)i);
    }
    return good;
}

#endif
