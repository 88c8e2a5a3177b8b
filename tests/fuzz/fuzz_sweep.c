// fuzz_sweep.c: a sweep's file. What is accepted has runs with labels, and settings that go
// together or are refused with a reason.
#include "fuzz.h"
#include "fuzz_parts.h"
#include "training/sweep_file.h"

#include <string.h>

static void check_run(const SweepFile *file, size_t run)
{
    Error error;
    char label[SWEEP_LABEL], arch[ARCH_TEXT_MAX];
    sweep_file_label(file, run, label);
    MUST(memchr(label, '\0', sizeof label) && !strchr(label, '/'));
    TrainingSettings settings;
    if (sweep_file_settings(file, run, arch, &settings, &error))
        MUST(arch_check(&settings.options.arch, &error));
    else
        fuzz_check_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SOME = 20 }; // runs
    Error error;
    SweepFile *file = sweep_file_parse(data, size, &error);
    if (!file) {
        fuzz_check_error(&error);
        return 0;
    }
    MUST(file->runs >= 1 && file->runs <= SWEEP_RUNS_MAX);
    for (size_t run = 0; run < file->runs && run < SOME; run++) check_run(file, run);
    check_run(file, file->runs - 1);
    sweep_file_free(file);
    return 0;
}
