// file.h: whole files in and out. Blocks; never on the audio thread.
#ifndef TRASLUZ_FILE_H
#define TRASLUZ_FILE_H

#include "files/error.h"

#include <stddef.h>
#include <stdio.h>

// Reads a regular file of at most `max` bytes; a NUL stands behind them. The caller frees what is
// returned. NULL on error, with a message that does not repeat the path.
unsigned char *file_read(const char *path, size_t max, size_t *size, Error *error);

// True if it is a file that begins with this text, of 255 bytes at most.
bool file_begins(const char *path, const char *text);

// A file being written under a temporary name beside the real one. Nothing stands under the real
// name until file_commit(), so a crash or a full disk leaves what was there before. What a writer
// that was killed left under a temporary name, the next writer of the same file removes.
typedef struct {
    FILE *stream; // write here
    char *path;
    char *temporary;
} FileWriter;

// Stands behind the real name in a temporary one, and behind it a number.
#define FILE_TEMPORARY ".trasluz-"

// The file gets the permissions that any new file gets. Any number of threads.
bool file_create(FileWriter *writer, const char *path, Error *error);
bool file_create_in(FileWriter *writer, const char *folder, const char *name, Error *error);

// Flushes, syncs and renames. On failure the temporary file is removed. The writer is done with
// either way.
bool file_commit(FileWriter *writer, Error *error);

// Removes the temporary file.
void file_abandon(FileWriter *writer);

// A whole file at once, by the same way.
bool file_write(const char *path, const void *bytes, size_t size, Error *error);

// Makes a folder, and those above it, where they are not there.
bool file_make_folders(const char *path, Error *error);

// "folder/name"; the caller frees it. NULL where memory is short.
char *file_join(const char *folder, const char *name);

#endif
