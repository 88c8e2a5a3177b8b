#include "data/dataset.h"

#include "base/progress.h"
#include "data/audio_files.h"
#include "data/cache_limit.h"
#include "data/clip_cache.h"
#include "data/dataset_faults.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_SECONDS 0.1  // shorter clips get a warning
#define LOUD_PEAK     8.0f // 18 dB over full scale: not music, but wrong numbers in a file

// ---- Decoding ----

typedef struct {
    const AudioFile *file;
    CachedClip clip;
    bool mapped;
    ClipMade made;
    Error error;
} Source;

typedef struct {
    const ClipCache *cache;
    Source *source; // in the files' order
    size_t sources;
    // Those to decode, the largest first: otherwise one thread may have a long one at the end.
    Source **wanted;
    size_t wanted_count;
    uint64_t wanted_bytes;
    Progress progress;
    atomic_bool stop; // the cache cannot be written
} Decoding;

static void decode_source(void *data, int item, int thread)
{
    (void)thread;
    Decoding *decoding = data;
    Source *source = decoding->wanted[item];
    if (atomic_load(&decoding->stop)) return;
    source->made = clip_cache_make(decoding->cache, source->file, &source->error);
    if (source->made == CLIP_MADE) {
        source->mapped = clip_cache_map(decoding->cache, source->file, &source->clip);
        if (!source->mapped) {
            source->made = CLIP_NOT_WRITTEN;
            error_set(&source->error, "cache folder %s: a new entry cannot be read",
                      decoding->cache->folder);
        }
    }
    if (source->made == CLIP_NOT_WRITTEN) atomic_store(&decoding->stop, true);
    progress_step(&decoding->progress, source->file->bytes);
}

static int by_size_down(const void *a, const void *b)
{
    const Source *x = *(Source *const *)a, *y = *(Source *const *)b;
    if (x->file->bytes != y->file->bytes) return x->file->bytes > y->file->bytes ? -1 : 1;
    return strcmp(x->file->path, y->file->path);
}

static void find_wanted(Decoding *decoding)
{
    for (size_t i = 0; i < decoding->sources; i++) {
        Source *source = &decoding->source[i];
        source->mapped = clip_cache_map(decoding->cache, source->file, &source->clip);
        if (source->mapped) continue;
        decoding->wanted[decoding->wanted_count++] = source;
        decoding->wanted_bytes += source->file->bytes;
    }
    if (decoding->wanted_count > 0)
        qsort(decoding->wanted, decoding->wanted_count, sizeof(Source *), by_size_down);
}

// Returns the message of the first failure of that kind, in the order of the files, or NULL.
static const Source *find_failure(const Decoding *decoding, ClipMade kind)
{
    for (size_t i = 0; i < decoding->sources; i++)
        if (!decoding->source[i].mapped && decoding->source[i].made == kind)
            return &decoding->source[i];
    return NULL;
}

static bool decode_all(Decoding *decoding, Pool *pool, FILE *progress, Error *error)
{
    find_wanted(decoding);
    progress_begin(&decoding->progress, progress, "decoding", decoding->wanted_count,
                   decoding->wanted_bytes);
    pool_run(pool, decode_source, decoding, (int)decoding->wanted_count);
    progress_end(&decoding->progress);
    const Source *failed = find_failure(decoding, CLIP_NOT_WRITTEN);
    return !failed || error_set(error, "%s", failed->error.text);
}

// ---- From sources to clips ----

// Adds a reason to those of a file, which are one line.
static void add_reason(Error *reasons, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_reason(Error *reasons, const char *format, ...)
{
    const size_t used = strlen(reasons->text);
    const char *mark = used > 0 ? "; " : "";
    va_list arguments;
    va_start(arguments, format);
    char text[AUDIO_FAULTS_TEXT];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(reasons->text + used, sizeof reasons->text - used, "%s%s", mark, text);
}

static bool note_odd(Dataset *dataset, const Source *source, Error *error)
{
    const CachedClip *clip = &source->clip;
    Error reasons = {""};
    char faults[AUDIO_FAULTS_TEXT];
    if (audio_faults_text(&clip->facts.faults, faults)) add_reason(&reasons, "%s", faults);
    if (clip->peak == 0.0f) add_reason(&reasons, "contains only silence");
    if (clip->peak > LOUD_PEAK)
        add_reason(&reasons, "peak is %.0f dB over full scale", 20.0 * log10((double)clip->peak));
    if ((double)clip->samples < SHORT_SECONDS * dataset->rate)
        add_reason(&reasons, "only %zu sample%s long", clip->samples,
                   clip->samples == 1 ? "" : "s");
    return !*reasons.text ||
           diagnostics_add(&dataset->faults->warnings, source->file->name, reasons.text, error);
}

static bool add_clip(Dataset *dataset, Source *source, Error *error)
{
    Clip clip = {
        .path = strdup(source->file->path),
        .name = strdup(source->file->name),
        .genre = -1,
        .samples = source->clip.samples,
        .audio = source->clip.audio,
        .facts = source->clip.facts,
        .named = source->file->named,
    };
    if (!clip.path || !clip.name) {
        free(clip.path);
        free(clip.name);
        return error_out_of_memory(error);
    }
    source->mapped = false; // belongs to the clip now
    dataset->clip[dataset->clips++] = clip;
    return note_odd(dataset, source, error);
}

static bool take_clips(Dataset *dataset, Decoding *decoding, Error *error)
{
    for (size_t i = 0; i < decoding->sources; i++) {
        Source *source = &decoding->source[i];
        const bool good = source->mapped
                              ? add_clip(dataset, source, error)
                              : diagnostics_add(&dataset->faults->unreadable, source->file->name,
                                                source->error.text, error);
        if (!good) return false;
    }
    if (dataset->clips > 0) return true;
    const Source *failed = find_failure(decoding, CLIP_UNREADABLE);
    if (!failed) return error_set(error, "no audio found");
    return error_set(error, "none of %zu audio file%s can be read; %s: %s", decoding->sources,
                     decoding->sources == 1 ? "" : "s", failed->file->name, failed->error.text);
}

// ---- Genres ----

// Clips are in the order of their names, so those of a genre follow each other, and genres come in
// the order of their names.
static bool find_genres(Dataset *dataset, Error *error)
{
    dataset->genre = calloc(dataset->clips, sizeof *dataset->genre);
    if (!dataset->genre) return error_out_of_memory(error);
    for (size_t i = 0; i < dataset->clips; i++) {
        Clip *clip = &dataset->clip[i];
        const char *slash = strchr(clip->name, '/');
        if (!slash) continue;
        const size_t length = (size_t)(slash - clip->name);
        const char *last = dataset->genres ? dataset->genre[dataset->genres - 1] : NULL;
        if (!last || strlen(last) != length || memcmp(last, clip->name, length) != 0) {
            char *genre = strndup(clip->name, length);
            if (!genre) return error_out_of_memory(error);
            dataset->genre[dataset->genres++] = genre;
        }
        clip->genre = (int)dataset->genres - 1;
    }
    return true;
}

// ---- Opening and freeing ----

static Dataset *dataset_new(const AudioFiles *files, const DatasetOptions *options)
{
    Dataset *dataset = calloc(1, sizeof *dataset);
    if (!dataset) return NULL;
    dataset->rate = options->rate;
    dataset->method = options->split.method;
    dataset->seed = options->split.seed;
    dataset->clip = calloc(files->count + 1, sizeof *dataset->clip);
    dataset->faults = calloc(1, sizeof *dataset->faults);
    if (dataset->clip && dataset->faults) {
        dataset->faults->non_audio = files->non_audio;
        return dataset;
    }
    dataset_free(dataset);
    return NULL;
}

static bool dataset_fill(Dataset *dataset, AudioFiles *files, Decoding *decoding,
                         const DatasetOptions *options, Pool *pool, Error *error)
{
    for (size_t i = 0; i < files->count; i++) decoding->source[i].file = &files->file[i];
    dataset->faults->unreadable = files->unreadable;
    files->unreadable = (Diagnostics){0};
    return decode_all(decoding, pool, options->progress, error) &&
           take_clips(dataset, decoding, error) && find_genres(dataset, error) &&
           dataset_split(dataset, &options->split, error);
}

static Dataset *dataset_make(AudioFiles *files, const ClipCache *cache,
                             const DatasetOptions *options, Pool *pool, Error *error)
{
    if (files->count > INT_MAX) {
        error_set(error, "too many audio files: %zu", files->count);
        return NULL;
    }
    Decoding decoding = {.cache = cache, .sources = files->count};
    decoding.source = calloc(files->count + 1, sizeof *decoding.source);
    decoding.wanted = calloc(files->count + 1, sizeof *decoding.wanted);
    Dataset *dataset = dataset_new(files, options);
    bool good = dataset && decoding.source && decoding.wanted;
    if (!good) error_out_of_memory(error);
    good = good && dataset_fill(dataset, files, &decoding, options, pool, error);
    for (size_t i = 0; decoding.source && i < decoding.sources; i++) {
        const Source *left = &decoding.source[i];
        if (left->mapped) clip_cache_unmap(left->clip.audio, left->clip.samples);
    }
    free(decoding.source);
    free(decoding.wanted);
    if (good) return dataset;
    dataset_free(dataset);
    return NULL;
}

// Keeps the cache below its limit, and notes its size.
static void settle_cache(Dataset *dataset, ClipCache *cache, uint64_t limit, time_t began)
{
    if (limit > 0) cache_trim(cache->folder, limit, began);
    dataset->cache_bytes = cache_size(cache->folder).bytes;
    dataset->cache = cache->folder;
    cache->folder = NULL;
}

Dataset *dataset_open(const DatasetOptions *options, Pool *pool, Error *error)
{
    AudioFiles files;
    ClipCache cache;
    Dataset *dataset = NULL;
    if (!audio_files_find(&files, options->folders, options->folder_count, error)) return NULL;
    const time_t began = time(NULL);
    if (clip_cache_open(&cache, options->cache, options->rate, error)) {
        dataset = dataset_make(&files, &cache, options, pool, error);
        if (dataset) settle_cache(dataset, &cache, options->cache_limit, began);
        clip_cache_close(&cache);
    }
    audio_files_free(&files);
    return dataset;
}

void dataset_free(Dataset *dataset)
{
    if (!dataset) return;
    for (size_t i = 0; i < dataset->clips; i++) {
        clip_cache_unmap(dataset->clip[i].audio, dataset->clip[i].samples);
        free(dataset->clip[i].path);
        free(dataset->clip[i].name);
    }
    for (size_t i = 0; i < dataset->genres; i++) free(dataset->genre[i]);
    if (dataset->faults) {
        diagnostics_free(&dataset->faults->unreadable);
        diagnostics_free(&dataset->faults->warnings);
    }
    free(dataset->faults);
    free(dataset->cache);
    free(dataset->genre);
    free(dataset->clip);
    free(dataset);
}

// ---- Properties ----

void dataset_fingerprint(const Dataset *dataset, char text[HASH_TEXT])
{
    Hash hash;
    hash_begin(&hash);
    for (size_t i = 0; i < dataset->clips; i++) {
        const Clip *clip = &dataset->clip[i];
        hash_add(&hash, clip->name, strlen(clip->name) + 1);
        hash_add(&hash, &clip->samples, sizeof clip->samples);
    }
    hash_end(&hash, text);
}

size_t dataset_unreadable(const Dataset *dataset)
{
    return dataset->faults->unreadable.count;
}

size_t dataset_warnings(const Dataset *dataset)
{
    return dataset->faults->warnings.count;
}
