// copy.h: the copies of files and recordings that sessions keep. Allocates; never on
// the audio thread.
#ifndef TRASLUZ_COPY_H
#define TRASLUZ_COPY_H

#include "controls/ports.h"
#include "files/error.h"
#include "files/hash.h"
#include "session/properties.h"

// Of a file: the SHA-256 of its bytes in COPY_DIGEST hexadecimal digits, then the bytes. Of a
// recording: the bytes of a latent file. `bytes` is NULL where there is no copy.
enum { COPY_DIGEST = HASH_TEXT - 1 };
typedef struct {
    unsigned char *bytes;
    size_t size;
    bool known; // of a session: it says whether there is a copy
} Copy;

// All that a session keeps: of each property a copy for each role, and what Capture recorded of
// each audio channel.
enum {
    COPY_RECORDING = PROPERTIES * ROLES, // of the first channel
    COPIES = COPY_RECORDING + CHANNELS_MAX,
};
typedef struct {
    Copy copy[COPIES];
} Copies;

// Returns the property's copies, by role.
static inline Copy *copies_of(Copies *copies, Property property)
{
    return &copies->copy[(int)property * ROLES];
}

// Reads a file into a copy, without its digest. False, and no copy, on error.
bool copy_read_file(Copy *copy, const char *path, Error *error);

// Copies bytes that are already in memory. Those of a session are untrusted: only their number is
// checked. False, and no copy, on error.
bool copy_set(Copy *copy, const void *bytes, size_t size, Error *error);

// Appends the bytes of a file. False, and no copy, on error.
bool copy_append_file(Copy *copy, const char *path, Error *error);

// Sets the digest of a file's copy.
void copy_set_digest(Copy *copy, const char digest[HASH_TEXT]);

// False, with the reason, where a file's copy is too short to be one, or its digest is another.
bool copy_check_size(const Copy *copy, Error *error);
bool copy_check_digest(const Copy *copy, const char digest[HASH_TEXT], Error *error);

// True if both are copies of the same bytes.
bool copy_equals(const Copy *a, const Copy *b);

void copy_free(Copy *copy);
void copies_free(Copies *copies);

#endif
