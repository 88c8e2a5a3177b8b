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
    MUST(!again->levels == !latent->levels);
    MUST(!latent->levels ||
         memcmp(again->levels, latent->levels, latent->frames * sizeof *latent->levels) == 0);
    latent_free(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const text[] = {"2k4s2p1", "spectrum64h16b8f60:2k1s1p0"};
    static Model *models[2]; // of samples and of a spectrum, kept from case to case
    Error error;
    Arch arch;
    for (int i = 0; i < 2 && !models[i]; i++) {
        MUST(arch_parse(&arch, text[i], ACTIVATION_SILU, &error));
        models[i] = fuzz_model(&arch, 8000);
    }
    Latent *latent = latent_parse(data, size, &error);
    if (latent) {
        Model *maker = models[latent->levels != NULL];
        check_bytes(latent);
        memcpy(latent->fingerprint, maker->fingerprint, sizeof latent->fingerprint);
        fuzz_play(maker, latent);
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
