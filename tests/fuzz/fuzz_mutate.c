// fuzz_mutate.c: apart from fuzz_parts.c, as only programs that libFuzzer runs have its functions.
#include "fuzz.h"
#include "fuzz_parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8 };

// Mutates what stands in [begin, end) and leaves the rest; returns the size of all.
static size_t mutate_part(uint8_t *data, size_t size, size_t room, size_t begin, size_t end)
{
    const size_t behind = size - end;
    uint8_t *tail = malloc(behind + 1);
    MUST(tail);
    memcpy(tail, data + end, behind);
    end = begin + LLVMFuzzerMutate(data + begin, end - begin, room - begin - behind);
    memcpy(data + end, tail, behind);
    free(tail);
    return end + behind;
}

static bool is_mark(uint8_t byte)
{
    return memchr("\"{}[]:,", byte, 7);
}

size_t fuzz_mutate_file(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    uint64_t header = 0;
    if (size >= LENGTH_BYTES) memcpy(&header, data, LENGTH_BYTES);
    if (seed % 4 == 0 || header == 0 || header > size - LENGTH_BYTES)
        return LLVMFuzzerMutate(data, size, room);

    size_t begin = LENGTH_BYTES, end = LENGTH_BYTES + (size_t)header;
    if (seed % 4 > 1) { // a word, so that the header's form stays
        const size_t from = begin, to = end;
        begin = end = from + seed / 4 % (to - from);
        while (begin > from && !is_mark(data[begin - 1])) begin--;
        while (end < to && !is_mark(data[end])) end++;
    }
    const size_t mutated = mutate_part(data, size, room, begin, end);
    header = header + mutated - size;
    memcpy(data, &header, LENGTH_BYTES);
    return mutated;
}
