// dataset.h: folders of music as a data set: files are found, decoded once into a cache on disk,
// split by piece into training, validation and test, and read as windows. The cache is mapped into
// memory, so a set may be larger than the memory.
//
// Audio files are found at any depth; hidden files and folders are skipped. The genre of a file is
// the first folder below the named one, or none. Nothing is dropped silently: see dataset_report().
//
// One thread opens and frees. An open Dataset does not change: any number of threads may read it.
#ifndef TRASLUZ_DATASET_H
#define TRASLUZ_DATASET_H

#include "audio/audio.h"
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
    int genre;          // index into Dataset.genre; -1: none
    Split split;        // SPLIT_TRAIN if the splits are shared
    size_t samples;     // at the set's rate, at least 1
    const float *audio; // [samples], mapped read-only
    AudioFacts facts;   // of the file
    bool named;         // the file itself was named, not a folder
    bool known;         // the weights were trained on it, or chosen by it
} Clip;

typedef struct Dataset {
    double rate; // Hz
    SplitMethod method;
    uint32_t seed; // of the draw
    Clip *clip;    // readable files, in the order of their names
    size_t clips;
    char **genre; // in the order of their names
    size_t genres;
    bool split_shared; // fewer than three clips, or sounds: all are in every split
    bool lists;        // the weights say what they were trained on
    struct DatasetFaults *faults;
    char *cache;          // folder
    uint64_t cache_bytes; // in it
} Dataset;

typedef struct {
    SplitMethod method;
    uint32_t seed; // of the draw
    // Of weights: lists of the sounds that they were trained on, and chosen by (sound_list.h). They
    // are in training and validation wherever they are found. NULL: none.
    const char *trained_sounds, *validation_sounds;
} SplitOptions;

typedef struct {
    const char *const *folders; // or single files
    size_t folder_count;
    const char *cache;    // folder; NULL: trasluz below the user's cache folder (XDG)
    uint64_t cache_limit; // bytes: what is not in use is removed beyond it; 0: no limit
    double rate;          // Hz
    SplitOptions split;
    FILE *progress; // shows the progress of decoding if it is a terminal; may be NULL
} DatasetOptions;

// Finds, decodes (on all threads of the pool; what is in the cache is not decoded again) and
// splits: about a tenth of the clips for validation, a tenth for test, at least one each. A file
// found twice is taken once. Fails if a folder contains no audio, no file can be read, or the cache
// cannot be written.
Dataset *dataset_open(const DatasetOptions *options, Pool *pool, Error *error);
void dataset_free(Dataset *dataset);

// Splits the clips anew: sets their `split` and `known`, `split_shared` and `lists`. The same sound
// is always on one side. Lists of sounds are for SPLIT_BY_SOUND alone. Allocates.
bool dataset_split(Dataset *dataset, const SplitOptions *options, Error *error);

// Prints what was found: clips, hours, genres, split, rates, silence, clipping, recordings that are
// there more than once; then dataset_report_faults().
void dataset_report(const Dataset *dataset, FILE *to);

// Prints more: a table of genres, all recordings that are there more than once, and the clips that
// are silent or clipped.
void dataset_report_all(const Dataset *dataset, FILE *to);

// Prints the number of files that are not audio, and name and reason of every file that could not
// be read, or only in part, or that is silent. Prints nothing if there are none.
void dataset_report_faults(const Dataset *dataset, FILE *to);

// Return the number of files that could not be read, and of those that were read with a warning.
size_t dataset_unreadable(const Dataset *dataset);
size_t dataset_warnings(const Dataset *dataset);

// Returns the list of the sounds of a split for a weights file; the caller frees it. NULL as
// sound_list_write().
char *dataset_sound_list(const Dataset *dataset, Split split);

// Writes what identifies the set for a training: a hash of the clips' names and lengths.
void dataset_fingerprint(const Dataset *dataset, char text[HASH_TEXT]);

// True if the clip is in the split; always if the splits are shared.
bool dataset_in_split(const Dataset *dataset, size_t clip, Split split);

// Where a window begins.
typedef struct {
    uint32_t clip;
    uint64_t start;
} Window;

typedef struct {
    Window *window;
    size_t count;
} WindowList;

// Lists the windows of `length` samples that cover a split once, in order. The last window of a
// clip ends with the clip; a clip shorter than a window has one. The caller frees list->window.
bool dataset_windows(const Dataset *dataset, Split split, size_t length, WindowList *list,
                     Error *error);

// Lists the training windows of one epoch, shuffled: from each clip whole windows, one after the
// other, from a random start below `length` on; at most `per_clip` from each clip (0: all) and
// `most` in total (0: all). They depend only on seed and epoch. The caller frees list->window.
bool dataset_epoch(const Dataset *dataset, size_t length, uint32_t seed, uint32_t epoch,
                   size_t per_clip, size_t most, WindowList *list, Error *error);

// Lists exactly `count` windows of an epoch in the same way: a part of the windows, or as many
// passes over them as are needed.
bool dataset_steps(const Dataset *dataset, size_t length, uint32_t seed, uint32_t epoch,
                   size_t count, WindowList *list, Error *error);

// Keeps at most `most` windows, spread evenly over the list.
void windows_thin(WindowList *list, size_t most);

// Returns a whole clip, to be read piece by piece.
Sound clip_sound(const Clip *clip);

// Copies a window; samples after the end of the clip are 0.
void dataset_read(const Dataset *dataset, Window window, size_t length, float *to);

#endif
