// clip_cache.h: decoded audio on disk, so that a set is decoded only once. An entry is a file for
// each source file and rate. Its name is a hash of the source's path, size, both times of change
// and some of its bytes, so a changed source is decoded again, even if its size and its time were
// kept. Its own time tells when it was used last, see cache_limit.h. Any thread; blocks and
// allocates.
#ifndef TRASLUZ_CLIP_CACHE_H
#define TRASLUZ_CLIP_CACHE_H

#include "audio/audio.h"
#include "data/audio_files.h"
#include "files/hash.h"

enum { CACHE_ENTRY_NAME = HASH_TEXT + 4 }; // with a NUL

// True of the name of an entry.
bool clip_cache_is_entry(const char *name);

typedef struct {
    char *folder;
    double rate; // Hz
} ClipCache;

// An entry, mapped read-only.
typedef struct {
    const float *audio; // [samples]
    size_t samples;     // at least 1
    AudioFacts facts;
    float peak; // largest absolute value
} CachedClip;

// Opens the folder, and creates it if it is missing. NULL: trasluz below the user's cache folder
// ($XDG_CACHE_HOME, or .cache below $HOME).
bool clip_cache_open(ClipCache *cache, const char *folder, double rate, Error *error);
void clip_cache_close(ClipCache *cache);

// Maps the entry of a file; false if there is none. The caller ends it with clip_cache_unmap().
bool clip_cache_map(const ClipCache *cache, const AudioFile *file, CachedClip *clip);
void clip_cache_unmap(const float *audio, size_t samples);

typedef enum {
    CLIP_MADE,
    CLIP_UNREADABLE, // the source; the message does not repeat its path
    CLIP_NOT_WRITTEN // the entry, because the disk is full, for example
} ClipMade;

// Decodes the file into its entry.
ClipMade clip_cache_make(const ClipCache *cache, const AudioFile *file, Error *error);

#endif
