// latent_set.h: the latents of a data set in one file: each clip encoded once, with its name, genre
// and split, for the classifier and the clusters.
//
// The file is a safetensors file: `latent` [clips, channels, frames], and metadata: the model
// (`model`, the fingerprint; `model_name`), `frame_rate`, `window` (samples of each clip), `seed`
// (of the split), `source`, and, as JSON, `genres`, a list of names, and `clips`, a list of objects
// with `name`, `genre` (null for none) and `split`.
//
// A set is mapped into memory and never copied, so it may be larger than the memory. An open set
// does not change; any number of threads may read it.
#ifndef TRASLUZ_LATENT_SET_H
#define TRASLUZ_LATENT_SET_H

#include "data/split.h"
#include "files/error.h"
#include "files/hash.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    int genre; // index into LatentSet.genre, -1 for none
    Split split;
    const float *values; // [channels][frames]
} LatentClip;

typedef struct {
    LatentClip *clip;
    size_t clips;
    const char **genre;
    size_t genres;
    size_t channels, frames;
    double frame_rate;           // Hz
    size_t window;               // samples of each clip, at the model's rate
    uint32_t seed;               // of the split
    const char *model_name;      // "" for none
    const char *source;          // the folders, to be read by people
    char fingerprint[HASH_TEXT]; // of the model that made it
    struct LatentSetFile *file;  // owns the names and the values
} LatentSet;

// Maps a file and checks all of it. Messages name the path. Allocates.
LatentSet *latent_set_open(const char *path, Error *error);
void latent_set_close(LatentSet *set); // NULL is allowed

// Returns the clips of a split that have a genre, as indices of set->clip; SPLITS: of all splits.
// The caller frees them; NULL when memory is short.
size_t *latent_set_choose(const LatentSet *set, Split split, size_t *count, Error *error);

// ---- Writing ----

typedef struct LatentSetWriter LatentSetWriter;

// Starts a file described by `about`; the values of its clips are not read, they follow by
// latent_set_put(). The file has no name until latent_set_commit().
LatentSetWriter *latent_set_create(const char *path, const LatentSet *about, Error *error);

// Writes values[n][channels], as from an encoder, to a clip from its frame `at` on. In any order,
// by any number of threads; values that are not written are 0.
bool latent_set_put(LatentSetWriter *writer, size_t clip, size_t at, const float *values, size_t n,
                    Error *error);

// Completes the file, or drops it. Both free the writer.
bool latent_set_commit(LatentSetWriter *writer, Error *error);
void latent_set_abandon(LatentSetWriter *writer); // NULL is allowed

#endif
