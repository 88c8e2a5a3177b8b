// fuzz_checkpoint.c: a training's checkpoint. What is accepted comes back from its own file, and
// holds numbers that a training can count on from.
#include "fuzz.h"
#include "fuzz_parts.h"
#include "training/checkpoint.h"

#include <string.h>
#include <unistd.h>

#define IDENTITY "window 5, seed 1"

static void check_array(const Checkpoint *checkpoint, const float *a, const float *b)
{
    MUST(memcmp(a, b, checkpoint->count * sizeof *a) == 0);
}

static void check_file(const Checkpoint *checkpoint, const Arch *arch)
{
    static const char path[] = "again.checkpoint";
    Error error;
    Checkpoint again;
    MUST(checkpoint_init(&again, arch, &error));
    MUST(checkpoint_write(checkpoint, IDENTITY, NULL, path, &error));
    MUST(checkpoint_read(&again, IDENTITY, NULL, path, &error));
    check_array(&again, again.parameters, checkpoint->parameters);
    check_array(&again, again.best, checkpoint->best);
    check_array(&again, again.adam.first, checkpoint->adam.first);
    check_array(&again, again.adam.second, checkpoint->adam.second);
    MUST(again.epoch == checkpoint->epoch && again.step == checkpoint->step);
    MUST(again.best_validation == checkpoint->best_validation);
    MUST(again.adam.steps == checkpoint->adam.steps);
    checkpoint_free(&again);
    unlink(path);
}

// As at the end of an epoch, and at the beginning of the next.
static void go_on(Checkpoint *checkpoint)
{
    const Schedule schedule = {
        .kind = SCHEDULE_PLATEAU, .learning_rate = 1e-3, .patience = 2, .epochs = 1000000};
    schedule_follow(&schedule, &checkpoint->schedule, checkpoint->epoch, 1.0);
    checkpoint->epoch++;
    adam_begin(&checkpoint->adam,
               schedule_rate(&schedule, &checkpoint->schedule, checkpoint->epoch));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error;
    Arch arch;
    Checkpoint checkpoint;
    MUST(arch_parse(&arch, "2k4s2p1", ACTIVATION_SILU, &error));
    MUST(checkpoint_init(&checkpoint, &arch, &error));
    if (checkpoint_read(&checkpoint, IDENTITY, NULL, fuzz_file(data, size), &error)) {
        check_file(&checkpoint, &arch);
        go_on(&checkpoint);
    } else {
        fuzz_check_error(&error);
    }
    checkpoint_free(&checkpoint);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    return fuzz_mutate_file(data, size, room, seed);
}
