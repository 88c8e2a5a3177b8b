// fuzz_latent.c: a latent file. What is accepted comes back from its own bytes, and plays with a
// model as if that had made it.
#include "fuzz.h"
#include "fuzz_parts.h"

#include <stdlib.h>
#include <string.h>

static size_t bytes_of(const Latent *latent)
{
    return latent->frames * (size_t)latent->channels * sizeof *latent->values;
}

static void check_bytes(const Latent *latent)
{
    Error error;
    size_t size;
    unsigned char *bytes = latent_serialize(latent, &size, &error);
    MUST(bytes);
    Latent *again = latent_parse(bytes, size, &error);
    MUST(again && bytes_of(again) == bytes_of(latent));
    MUST(memcmp(again->values, latent->values, bytes_of(latent)) == 0);
    latent_free(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Model *model; // kept from case to case
    Error error;
    Arch arch;
    if (!model) {
        MUST(arch_parse(&arch, "2k4s2p1", ACTIVATION_SILU, &error));
        model = fuzz_model(&arch, 8000);
    }
    Latent *latent = latent_parse(data, size, &error);
    if (latent) {
        check_bytes(latent);
        memcpy(latent->fingerprint, model->fingerprint, sizeof latent->fingerprint);
        fuzz_play(model, latent);
    } else {
        fuzz_check_error(&error);
    }
    latent_free(latent);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    return fuzz_mutate_file(data, size, room, seed);
}
