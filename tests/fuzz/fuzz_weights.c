// fuzz_weights.c: a weights file. What is accepted comes back from its own bytes, and plays.
#include "fuzz.h"
#include "fuzz_parts.h"

#include <stdlib.h>
#include <string.h>

static void check_bytes(const Model *model)
{
    Error error;
    size_t size;
    unsigned char *bytes = model_serialize(model, &size, &error);
    MUST(bytes);
    Model *again = model_parse(bytes, size, &error);
    MUST(again && strcmp(again->fingerprint, model->fingerprint) == 0);
    model_free(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error;
    Model *model = model_parse(data, size, &error);
    if (model) {
        check_bytes(model);
        fuzz_play(model, NULL);
    } else {
        fuzz_check_error(&error);
    }
    model_free(model);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    return fuzz_mutate_file(data, size, room, seed);
}
