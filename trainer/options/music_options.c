#include "options/music_options.h"

#include "base/parse.h"

#define THREADS_OPTION(offset)                                                                     \
    {                                                                                              \
        "threads", 't', OPTION_INT, offset,                                                        \
            .unit = "N", .initial = "0", .shown = "0: one for each processor", .high = 1024,       \
            .transient = true, .help = "threads; the result is the same for any number"            \
    }

const Option threads_option[] = {THREADS_OPTION(0), {.name = NULL}};

bool music_check_size(const char *text, Error *error)
{
    uint64_t bytes;
    return parse_size(text, &bytes, error);
}

const Option music_options[] = {
    {"cache", 0, OPTION_TEXT, offsetof(MusicOptions, cache), .unit = "FOLDER",
     .shown = "trasluz in your cache folder", .help = "keeps decoded audio"},
    {"cache-limit", 0, OPTION_TEXT, offsetof(MusicOptions, cache_limit), .unit = "SIZE",
     .initial = "50G", .check = music_check_size, .transient = true,
     .help = "size of that folder, such as 500M or 2G: what is not in use is removed beyond it; "
             "0: no limit"},
    THREADS_OPTION(offsetof(MusicOptions, threads)),
    {.name = NULL},
};

Dataset *music_open(const MusicOptions *music, double rate, const SplitOptions *split, Pool *pool,
                    Error *error)
{
    uint64_t limit;
    if (!parse_size(music->cache_limit, &limit, error)) return NULL;
    const DatasetOptions options = {
        .folders = music->paths.path,
        .folder_count = music->paths.count,
        .cache = music->cache,
        .cache_limit = limit,
        .rate = rate,
        .split = *split,
        .progress = stderr,
    };
    return dataset_open(&options, pool, error);
}

bool music_run(const MusicOptions *music, const char *weights, long seed, MusicTask *task,
               const void *call, Error *error)
{
    Dataset *dataset = NULL;
    Model *model = command_model(weights, error);
    Pool *pool = model ? command_pool(music->threads, error) : NULL;
    if (pool) {
        const ModelInfo *info = &model->info;
        const SplitOptions split = {
            .method = info->trained_sounds ? SPLIT_BY_SOUND : SPLIT_BY_DRAW,
            .seed = seed < 0 ? info->seed : (uint32_t)seed,
            .trained_sounds = info->trained_sounds,
            .validation_sounds = info->validation_sounds,
        };
        if (seed >= 0 && split.method == SPLIT_BY_SOUND)
            fprintf(stderr, "trainer: note: --seed has no effect: these weights know what they "
                            "were trained on\n");
        dataset = music_open(music, model->sample_rate, &split, pool, error);
    }
    const bool ok = dataset && task(call, model, dataset, pool, error);
    dataset_free(dataset);
    pool_free(pool);
    model_free(model);
    return ok;
}
