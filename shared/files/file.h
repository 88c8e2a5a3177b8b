// file.h: reads and writes whole files. Blocks: never for the audio thread.
#ifndef TRASLUZ_FILE_H
#define TRASLUZ_FILE_H

#include "files/error.h"

#include <stddef.h>
#include <stdio.h>

// Reads a regular file of at most `max` bytes, and adds a NUL. The caller frees the result. NULL on
// error, with a message that does not repeat the path.
unsigned char *file_read(const char *path, size_t max, size_t *size, Error *error);

// Reads the first `most` bytes of such a file, or all of a shorter one, in the same way.
unsigned char *file_read_start(const char *path, size_t most, size_t max, size_t *size,
                               Error *error);

// True if the file begins with this text, of 255 bytes at most.
bool file_begins(const char *path, const char *text);

// A file that is being written. The real name appears in file_commit(), when the file is whole: a
// crash or a full disk leaves what was there before. Until then the file has no name, where the
// file system allows that, so that a killed writer leaves nothing; elsewhere it has a temporary
// name. The next writer of the same file removes temporary files that killed writers left.
typedef struct {
    FILE *stream; // write here
    char *path;
    char *temporary; // the temporary name
    bool named;      // the file has it
} FileWriter;

// A temporary name is the real one, this text and a number.
#define FILE_TEMPORARY ".trasluz-"

// Begins a file, with the permissions that any new file gets. Any number of threads.
bool file_create(FileWriter *writer, const char *path, Error *error);
bool file_create_in(FileWriter *writer, const char *folder, const char *name, Error *error);

// Flushes, syncs, and gives the file its real name. On failure nothing is left of it. Ends the
// writer in both cases.
bool file_commit(FileWriter *writer, Error *error);

// Ends the writer; nothing is left of the file.
void file_abandon(FileWriter *writer);

// Removes the temporary files of this process, which ends: for the handler of a signal. Their
// writers may still be used. Async-signal-safe; any thread.
void file_remove_temporaries(void);

// Writes a whole file at once, in the same way.
bool file_write(const char *path, const void *bytes, size_t size, Error *error);

// Creates a folder and those above it, as far as they are missing.
bool file_make_folders(const char *path, Error *error);

// Returns "folder/name", which the caller frees; NULL if out of memory.
char *file_join(const char *folder, const char *name);

#endif
