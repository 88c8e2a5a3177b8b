#include "data/level_cache.h"

#include "base/progress.h"
#include "front/analysis.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A fill under way.
typedef struct {
    LevelCache *cache;
    const Arch *arch;
    double rate;
    const Dataset *dataset;
    atomic_bool failed;
    Progress progress;
} Fill;

static size_t clip_frames(const Arch *arch, const Clip *clip)
{
    return (clip->samples + (size_t)arch->front.window) / (size_t)arch->front.hop + 1;
}

static bool clip_init(ClipLevels *levels, const Arch *arch, const Clip *clip)
{
    levels->frames = clip_frames(arch, clip);
    levels->values = malloc(levels->frames * (size_t)arch->front.bands * sizeof(float));
    levels->level = malloc(levels->frames * sizeof(float));
    levels->silent = malloc(levels->frames * sizeof(bool));
    return levels->values && levels->level && levels->silent;
}

static bool analyse_clip(const Fill *fill, const Clip *clip, ClipLevels *levels)
{
    const ArchFront *front = &fill->arch->front;
    const size_t window = (size_t)front->window, hop = (size_t)front->hop;
    Analysis *analysis = analysis_new(front, fill->rate, fill->rate, NULL);
    float *audio = calloc(window, sizeof *audio);
    Bin *bins = malloc((window / 2 + 1) * sizeof *bins);
    const bool ok = clip_init(levels, fill->arch, clip) && analysis && audio && bins;
    const Sound sound = clip_sound(clip);
    for (size_t t = 0; ok && t < levels->frames; t++) {
        const float *frame_audio = audio;
        AnalysisFrame frame = {.values = levels->values + t * (size_t)front->bands};
        memmove(audio, audio + hop, (window - hop) * sizeof *audio);
        sound_read(&sound, t * hop, hop, audio + window - hop);
        analysis_process(analysis, &frame_audio, 1, &bins, &frame);
        levels->level[t] = frame.level;
        levels->silent[t] = frame.silent;
    }
    free(analysis);
    free(audio);
    free(bins);
    return ok;
}

static void fill_clip(void *data, int item, int thread)
{
    (void)thread;
    Fill *fill = data;
    const Clip *clip = &fill->dataset->clip[item];
    if (!analyse_clip(fill, clip, &fill->cache->clip[item])) atomic_store(&fill->failed, true);
    progress_step(&fill->progress, clip->samples);
}

static bool fits_memory(const Arch *arch, const Dataset *dataset)
{
    const double frame = (double)((size_t)(arch->front.bands + 1) * sizeof(float) + sizeof(bool));
    double bytes = 0.0;
    for (size_t i = 0; i < dataset->clips; i++)
        bytes += (double)clip_frames(arch, &dataset->clip[i]) * frame;
    return bytes < 0.5 * (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGE_SIZE);
}

void level_cache_fill(LevelCache *cache, const Arch *arch, double rate, const Dataset *dataset,
                      Pool *pool)
{
    uint64_t samples = 0;
    *cache = (LevelCache){.clips = dataset->clips};
    if (!fits_memory(arch, dataset)) return;
    cache->clip = calloc(dataset->clips, sizeof *cache->clip);
    if (!cache->clip) return;
    for (size_t i = 0; i < dataset->clips; i++) samples += dataset->clip[i].samples;
    Fill fill = {.cache = cache, .arch = arch, .rate = rate, .dataset = dataset};
    progress_begin(&fill.progress, stderr, "levels, clip", dataset->clips, samples);
    pool_run(pool, fill_clip, &fill, (int)dataset->clips);
    progress_end(&fill.progress);
    if (atomic_load(&fill.failed)) level_cache_free(cache);
}

void level_cache_free(LevelCache *cache)
{
    for (size_t i = 0; cache->clip && i < cache->clips; i++) {
        free(cache->clip[i].values);
        free(cache->clip[i].level);
        free(cache->clip[i].silent);
    }
    free(cache->clip);
    *cache = (LevelCache){0};
}
