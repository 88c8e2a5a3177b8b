// fuzz_mutate.c: apart from fuzz_parts.c, as only programs that libFuzzer runs have its functions.
#include "fuzz.h"
#include "fuzz_parts.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8 };

size_t fuzz_mutate_file(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    uint64_t header = 0;
    if (size >= LENGTH_BYTES) memcpy(&header, data, LENGTH_BYTES);
    if (seed % 4 == 0 || size < LENGTH_BYTES || header > size - LENGTH_BYTES)
        return LLVMFuzzerMutate(data, size, room);

    const size_t begin = LENGTH_BYTES + (size_t)header, behind = size - begin;
    uint8_t *tail = malloc(behind + 1);
    MUST(tail);
    memcpy(tail, data + begin, behind);
    header = LLVMFuzzerMutate(data + LENGTH_BYTES, (size_t)header, room - LENGTH_BYTES - behind);
    memcpy(data, &header, LENGTH_BYTES);
    memcpy(data + LENGTH_BYTES + header, tail, behind);
    free(tail);
    return LENGTH_BYTES + (size_t)header + behind;
}
