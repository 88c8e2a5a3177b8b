// audio_files.h: finds audio files by the endings of their names, in folders at any depth, in an
// order that depends only on the names. Hidden files and folders are skipped, links are followed,
// and no file is taken twice. Allocates; any thread.
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
    // Path below the folder of the search, or the last part for a file that was named; in the form
    // of plain_text.h.
    char *name;
    dev_t device;
    ino_t inode;
    uint64_t bytes;
    struct timespec changed, status_changed; // content; content, name or rights
    size_t operand;                          // number of the named path that led to it
    bool named;                              // that path is the file itself, not a folder
} AudioFile;

typedef struct {
    AudioFile *file; // by name, bytewise, then by path
    size_t count, room;
    size_t non_audio;       // number of other files
    Diagnostics unreadable; // folders, and links that lead nowhere
} AudioFiles;

// Searches folders. A file that is named itself is taken with any ending. Where several folders are
// named, as by genres/*, and none has audio in folders below, the names of their files begin with
// those of the folders, which are the genres then. Fails if one of them does
// not exist, or a folder contains no audio.
bool audio_files_find(AudioFiles *files, const char *const *paths, size_t count, Error *error);
void audio_files_free(AudioFiles *files);

#endif
