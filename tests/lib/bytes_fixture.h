// bytes_fixture.h: the bytes of a safetensors file, to be spoilt.
#ifndef TRASLUZ_BYTES_FIXTURE_H
#define TRASLUZ_BYTES_FIXTURE_H

#include "lib/check.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char *bytes;
    size_t size;
} Bytes;

// Reads the length that the file gives for its header.
__attribute__((unused)) static uint64_t header_length(const Bytes *file)
{
    uint64_t length;
    memcpy(&length, file->bytes, 8);
    return length;
}

// Replaces text in the header by text of the same length.
__attribute__((unused)) static void replace(Bytes *file, const char *from, const char *to)
{
    const size_t n = strlen(from);
    CHECK(n == strlen(to));
    for (size_t i = 8; i + n <= 8 + header_length(file); i++) {
        if (memcmp(file->bytes + i, from, n) == 0) {
            memcpy(file->bytes + i, to, n);
            return;
        }
    }
    CHECK_MSG(false, "'%s' is not in the header", from);
}

#endif
