// audio_files.h: finds audio files: by their names' endings, in folders at any depth, in an order
// that depends on the names alone. Hidden files and folders are passed over, links are followed,
// and nothing is taken twice. Allocates; any thread.
#ifndef TRASLUZ_AUDIO_FILES_H
#define TRASLUZ_AUDIO_FILES_H

#include "data/diagnostics.h"
#include "files/error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

typedef struct {
    char *path; // absolute, without links
    char *name; // below the folder it was found in; the last part of its path where it was given
                // itself
    dev_t device;
    ino_t inode;
    uint64_t bytes;
    struct timespec changed;
} AudioFile;

typedef struct {
    AudioFile *file; // by name, bytewise, then by path
    size_t count, room;
    size_t others;        // files that are not audio
    FaultList unreadable; // folders and links that lead nowhere
} AudioFiles;

// Looks through folders; a file given itself is taken whatever its ending. Fails where one of them
// does not exist or a folder has no audio in it.
bool audio_files_find(AudioFiles *files, const char *const *paths, size_t count, Error *error);
void audio_files_free(AudioFiles *files);

#endif
