// fuzz_latents.c: a data set's latents, as `classify` and `cluster` read them. What is accepted has
// a name, a genre and a split for each clip, and values that are there.
#include "fuzz.h"
#include "fuzz_parts.h"
#include "latents/latent_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_clip(const LatentSet *set, const LatentClip *clip)
{
    MUST(clip->name && clip->genre >= -1 && clip->genre < (int)set->genres);
    MUST(clip->split < SPLITS);
    for (size_t i = 0; i < set->channels * set->frames; i++) MUST(isfinite(clip->values[i]));
}

static void check_choice(const LatentSet *set, Split split)
{
    Error error;
    size_t count;
    size_t *chosen = latent_set_choose(set, split, &count, &error);
    MUST(chosen && count <= set->clips);
    for (size_t i = 0; i < count; i++) MUST(set->clip[chosen[i]].genre >= 0);
    free(chosen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error;
    LatentSet *set = latent_set_open(fuzz_file(data, size), &error);
    if (!set) {
        fuzz_check_error(&error);
        return 0;
    }
    MUST(set->model_name && set->source && strlen(set->fingerprint) < sizeof set->fingerprint);
    for (size_t g = 0; g < set->genres; g++) MUST(set->genre[g]);
    for (size_t i = 0; i < set->clips; i++) check_clip(set, &set->clip[i]);
    for (Split split = SPLIT_TRAIN; split <= SPLITS; split++) check_choice(set, split);
    latent_set_close(set);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    return fuzz_mutate_file(data, size, room, seed);
}
