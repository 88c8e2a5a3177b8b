// fuzz_classifier.c: a classifier's weights. What is accepted comes back from its own file.
#include "fuzz.h"
#include "fuzz_parts.h"
#include "network/m5_weights.h"

#include <string.h>
#include <unistd.h>

static void check_file(const M5Weights *weights)
{
    static const char path[] = "again.safetensors";
    Error error;
    M5Weights again;
    Safetensors *file;
    MUST(m5_weights_write(weights, safetensors_builder_new(), path, &error));
    MUST(m5_weights_read(&again, &file, path, &error));
    MUST(again.count == weights->count && again.running_count == weights->running_count);
    MUST(memcmp(again.parameters, weights->parameters, again.count * sizeof(float)) == 0);
    MUST(memcmp(again.running, weights->running, again.running_count * sizeof(float)) == 0);
    safetensors_free(file);
    m5_weights_free(&again);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error;
    M5Weights weights;
    Safetensors *file;
    if (m5_weights_read(&weights, &file, fuzz_file(data, size), &error))
        check_file(&weights);
    else
        fuzz_check_error(&error);
    safetensors_free(file);
    m5_weights_free(&weights);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    return fuzz_mutate_file(data, size, room, seed);
}
