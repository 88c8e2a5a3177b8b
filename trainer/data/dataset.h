// dataset.h: folders of music as a training set: found, decoded once into a cache on disk, split by
// piece into training, validation and test, and read as windows. The cache is mapped into memory,
// so a set may be larger than it.
//
// A folder's audio files are found at any depth; hidden files and folders are passed over. The
// genre of a file is the first folder below the one given, or none. Nothing is dropped in silence:
// see dataset_report().
//
// Opening and freeing are for one thread; an open Dataset does not change and may be read by any
// number of threads.
#ifndef TRASLUZ_DATASET_H
#define TRASLUZ_DATASET_H

#include "audio/sound.h"
#include "base/pool.h"
#include "data/split.h"
#include "files/error.h"
#include "files/hash.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    char *path;
    char *name;         // path below its folder
    int genre;          // index into Dataset.genre, -1 where there is none
    Split split;        // SPLIT_TRAIN where the splits are shared
    size_t samples;     // at the set's rate, at least 1
    const float *audio; // [samples], mapped read-only
} Clip;

typedef struct Dataset {
    double rate;   // Hz
    uint32_t seed; // of the split
    Clip *clip;    // those that could be read, in the order of their names
    size_t clips;
    char **genre; // in the order of the names
    size_t genres;
    bool split_shared; // fewer than three clips: all are in every split
    struct DatasetFaults *faults;
} Dataset;

typedef struct {
    const char *const *folders; // or single files
    size_t folder_count;
    const char *cache; // folder; NULL: trasluz below the user's cache folder (XDG)
    double rate;       // Hz
    uint32_t seed;     // of the split
    FILE *progress;    // shows how far decoding is where that is a terminal; may be NULL
} DatasetOptions;

// Finds, decodes (on all of the pool's threads; what is in the cache already is not decoded again)
// and splits: a tenth of the clips for validation, a tenth for test, at least one each. What was
// found twice is taken once. Fails where no audio was found in a folder, none can be read, or the
// cache cannot be written.
Dataset *dataset_open(const DatasetOptions *options, Pool *pool, Error *error);
void dataset_free(Dataset *dataset);

// Tells people what was found: clips, hours, genres, split; then every file that could not be read,
// or only in part, or has nothing in it but silence, by name and reason, and how many files that
// are not audio were passed over.
void dataset_report(const Dataset *dataset, FILE *to);

// The second half of that alone, which may be nothing.
void dataset_report_faults(const Dataset *dataset, FILE *to);

// Files among those found that could not be read; and those that could, but hold something odd.
size_t dataset_unreadable(const Dataset *dataset);
size_t dataset_odd(const Dataset *dataset);

// What tells the set from another one, as far as a training is concerned: a hash of the clips'
// names and lengths.
void dataset_fingerprint(const Dataset *dataset, char text[HASH_TEXT]);

// True if the clip is in the split: always, where the splits are shared.
bool dataset_in_split(const Dataset *dataset, size_t clip, Split split);

// A stretch of a clip.
typedef struct {
    uint32_t clip;
    uint64_t start;
} Window;

typedef struct {
    Window *window;
    size_t count;
} WindowList;

// The windows of `length` samples that cover a split once, in order: a clip's last window ends
// where the clip does, and a clip shorter than a window has one. The caller frees list->window.
bool dataset_windows(const Dataset *dataset, Split split, size_t length, WindowList *list,
                     Error *error);

// The training windows of one epoch, shuffled: each clip from a random phase below `length` on,
// window after window as far as whole ones go; at most `per_clip` from each clip (0: all) and
// `most` in all (0: all). They depend on seed and epoch alone. The caller frees list->window.
bool dataset_epoch(const Dataset *dataset, size_t length, uint32_t seed, uint32_t epoch,
                   size_t per_clip, size_t most, WindowList *list, Error *error);

// A clip as a whole, to be read piece by piece.
Sound clip_sound(const Clip *clip);

// Copies a window; what lies behind the clip's end is 0.
void dataset_read(const Dataset *dataset, Window window, size_t length, float *to);

#endif
