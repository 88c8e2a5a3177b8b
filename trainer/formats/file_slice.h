// file_slice.h: a range of the bytes of a file, read as if it were a file: for libsndfile and
// libmpg123. One thread at a time.
#ifndef TRASLUZ_FILE_SLICE_H
#define TRASLUZ_FILE_SLICE_H

#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    int fd; // the caller's
    int64_t start, end;
    int64_t at; // from `start` on
} FileSlice;

// Reads up to n bytes from `at` of the file on; returns their number, 0 at its end and on errors.
size_t file_read_at(int fd, int64_t at, void *to, size_t n);

// The calls of libsndfile's virtual files; its user data is a FileSlice.
SF_VIRTUAL_IO file_slice_io(void);

// The calls of libmpg123's readers; its handle is a FileSlice.
ssize_t file_slice_read(void *data, void *to, size_t n);
off_t file_slice_seek(void *data, off_t offset, int whence);

#endif
