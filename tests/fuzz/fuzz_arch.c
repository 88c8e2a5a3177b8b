// fuzz_arch.c: an architecture's text, behind a byte for the activation. What is accepted comes
// back from its own text, and runs as a stream.
#include "fuzz.h"
#include "fuzz_parts.h"

#include <stdlib.h>
#include <string.h>

static void check_text(const Arch *arch)
{
    Error error;
    Arch again;
    char text[ARCH_TEXT_MAX], same[ARCH_TEXT_MAX];
    arch_format(arch, text);
    MUST(arch_parse(&again, text, arch->activation, &error));
    arch_format(&again, same);
    MUST(strcmp(text, same) == 0);
}

static void check_numbers(const Arch *arch)
{
    Error error;
    const uint64_t length = arch_round_up(arch, 1000);
    MUST(length >= 1000 && arch_check_window(arch, length, &error));
    MUST(arch_delay(arch) >= 0 && arch_hop(arch) >= 1);
    MUST(arch_parameters(arch) <= ARCH_PARAMETERS_MAX && arch_multiply_adds(arch, 1) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { QUICK = 20000 }; // parameters
    Error error;
    Arch arch;
    Input input = {data, size};
    const Activation activation = (Activation)(fuzz_byte(&input) % ACTIVATIONS);
    char *text = calloc(1, input.left + 1);
    MUST(text);
    memcpy(text, input.data, input.left);
    if (arch_parse(&arch, text, activation, &error)) {
        check_text(&arch);
        check_numbers(&arch);
        if (arch_parameters(&arch) <= QUICK) {
            Model *model = fuzz_model(&arch, 8000);
            fuzz_play(model, NULL);
            model_free(model);
        }
    } else {
        fuzz_check_error(&error);
    }
    free(text);
    return 0;
}
