// fuzz_messages.c: blocks, each with what the host writes to the control port: a byte for the
// number of samples, one for the notify port's room, two for the sequence's size, and the sequence
// behind its head. That size is true, as a host's must be; every other in it may lie.
#include "fuzz.h"
#include "fuzz_host.h"
#include "fuzz_parts.h"

#include <stdlib.h>
#include <string.h>

static void run_block(FuzzHost *host, Input *input)
{
    const uint32_t samples = fuzz_byte(input), room = 4 * fuzz_byte(input);
    size_t size;
    void *body = fuzz_bytes(input, fuzz_word(input), &size);
    LV2_Atom_Sequence *control = malloc(sizeof(LV2_Atom) + size);
    MUST(control);
    control->atom = (LV2_Atom){(uint32_t)size, fuzz_map.map(NULL, LV2_ATOM__Sequence)};
    if (size > 0) memcpy(&control->body, body, size);
    fuzz_host_run(host, control, room, samples);
    free(control);
    free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { BLOCKS_MAX = 8 };
    static FuzzHost host;
    Input input = {data, size};
    fuzz_host_init(&host);
    for (int i = 0; i < BLOCKS_MAX && input.left > 0; i++) run_block(&host, &input);
    fuzz_host_free(&host);
    return 0;
}
