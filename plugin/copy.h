// copy.h: the copies of files and recordings that sessions keep. Allocates; never on the audio
// thread.
#ifndef TRASLUZ_COPY_H
#define TRASLUZ_COPY_H

#include "files/error.h"
#include "files/hash.h"
#include "ports.h"
#include "properties.h"

// Of a file: the SHA-256 of its bytes in COPY_DIGEST hexadecimal digits, then the bytes. Of a
// recording: the bytes of a latent file. `bytes` is NULL where there is no copy.
enum { COPY_DIGEST = HASH_TEXT - 1 };
typedef struct {
    unsigned char *bytes;
    size_t size;
} Copy;

typedef struct {
    Copy copy[PROPERTIES][ROLES];
    Copy recording[CHANNELS_MAX]; // what Capture recorded of each audio channel
} Copies;

// Reads a file into a copy. False, and no copy, on error.
bool copy_read_file(Copy *copy, const char *path, Error *error);

// Takes a copy out of a session. Its bytes are untrusted: only their number is checked. False, and
// no copy, on error.
bool copy_set(Copy *copy, const void *bytes, size_t size, Error *error);

// False, with the reason, where a file's copy does not match its digest.
bool copy_check(const Copy *copy, Error *error);

// True if both are copies of the same bytes.
bool copy_equals(const Copy *a, const Copy *b);

void copy_free(Copy *copy);
void copies_free(Copies *copies);

#endif
