// FLAC files that were joined, as by cat: each begins with its mark and its first block.
#include "formats/audio_parts.h"
#include "formats/file_slice.h"

#include <stdlib.h>
#include <string.h>

enum { MARK = 8, BUFFER = 1 << 20 };

// "fLaC", and the header of a STREAMINFO block of 34 bytes, which may be the last block.
static bool is_mark(const unsigned char *bytes)
{
    return memcmp(bytes, "fLaC", 4) == 0 && (bytes[4] & 0x7f) == 0 && bytes[5] == 0 &&
           bytes[6] == 0 && bytes[7] == 34;
}

bool flac_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error)
{
    unsigned char start[MARK];
    *found = file_read_at(fd, 0, start, MARK) == MARK && is_mark(start);
    if (!*found) return true;
    unsigned char *buffer = malloc(BUFFER);
    if (!buffer) return error_out_of_memory(error);
    bool ok = true;
    int64_t begin = 0;
    for (int64_t at = 1; ok && at + MARK <= size; at += BUFFER - MARK + 1) {
        const size_t have = file_read_at(fd, at, buffer, BUFFER);
        for (size_t i = 0; ok && i + MARK <= have; i++) {
            const unsigned char *next = memchr(buffer + i, 'f', have - MARK + 1 - i);
            if (!next) break;
            i = (size_t)(next - buffer);
            if (!is_mark(next)) continue;
            const int64_t end = at + (int64_t)i;
            ok = audio_parts_add(
                parts, (AudioPart){.decoder = DECODER_FLAC, .start = begin, .end = end}, error);
            begin = end;
        }
    }
    free(buffer);
    return ok &&
           audio_parts_add(parts, (AudioPart){.decoder = DECODER_FLAC, .start = begin, .end = size},
                           error);
}
