#include "commands/command_music.h"

bool music_option_take(const Command *command, MusicOptions *music, int option)
{
    switch (option) {
    case OPTION_CACHE: music->cache = optarg; return true;
    case 't': return option_threads(command, optarg, &music->threads);
    default: return false; // command_option() has said what it is
    }
}

Dataset *music_open(const MusicOptions *music, double rate, uint32_t seed, Pool *pool, Error *error)
{
    const DatasetOptions options = {
        .folders = (const char *const *)music->paths,
        .folder_count = (size_t)music->path_count,
        .cache = music->cache,
        .rate = rate,
        .seed = seed,
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
        const uint32_t split = seed < 0 ? model->info.seed : (uint32_t)seed;
        dataset = music_open(music, model->sample_rate, split, pool, error);
    }
    const bool good = dataset && task(call, model, dataset, pool, error);
    dataset_free(dataset);
    pool_free(pool);
    model_free(model);
    return good;
}
