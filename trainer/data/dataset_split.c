// The split of a dataset; see dataset.h.
#include "data/dataset.h"

#include "data/sound_list.h"
#include "math/random.h"

#include <stdlib.h>

enum { STREAM_SPLIT = 0x53504c54 }; // of random numbers

// ---- By a draw ----

static bool split_by_draw(Dataset *dataset, Error *error)
{
    const RandomKey key = {.seed = dataset->seed, .stream = STREAM_SPLIT};
    const size_t n = dataset->clips;
    dataset->split_shared = n < 3;
    if (dataset->split_shared) return true;
    size_t *order = malloc(n * sizeof *order);
    if (!order) return error_out_of_memory(error);
    for (size_t i = 0; i < n; i++) { // Fisher and Yates's shuffle, inside out
        const size_t j = (size_t)random_below(key, i, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    const size_t tenth = n < 10 ? 1 : (n + 5) / 10;
    for (size_t i = 0; i < 2 * tenth; i++)
        dataset->clip[order[i]].split = i < tenth ? SPLIT_VALIDATION : SPLIT_TEST;
    free(order);
    return true;
}

// ---- By the sounds ----

static int by_sound(const void *a, const void *b)
{
    const Clip *x = *(Clip *const *)a, *y = *(Clip *const *)b;
    if (x->facts.sound != y->facts.sound) return x->facts.sound < y->facts.sound ? -1 : 1;
    return x < y ? -1 : x > y;
}

// The sounds of a set, and the side of each.
typedef struct {
    Clip **clip; // [clips], those of one sound after another, by their places
    size_t clips;
    double *place; // [sounds]
    Split *split;  // [sounds]
    size_t sounds;
} Sounds;

static bool sounds_new(Sounds *sounds, size_t clips)
{
    *sounds = (Sounds){
        .clip = malloc((clips + 1) * sizeof *sounds->clip),
        .place = malloc((clips + 1) * sizeof *sounds->place),
        .split = malloc((clips + 1) * sizeof *sounds->split),
    };
    return sounds->clip && sounds->place && sounds->split;
}

static void sounds_free(Sounds *sounds)
{
    free(sounds->clip);
    free(sounds->place);
    free(sounds->split);
}

// Gathers the clips that no list knows; those that one knows get their sides.
static void gather_unknown(Sounds *sounds, Dataset *dataset, const SplitOptions *options)
{
    for (size_t i = 0; i < dataset->clips; i++) {
        Clip *clip = &dataset->clip[i];
        const bool trained = sound_list_has(options->trained_sounds, clip->facts.sound);
        clip->known = trained || sound_list_has(options->validation_sounds, clip->facts.sound);
        if (clip->known)
            clip->split = trained ? SPLIT_TRAIN : SPLIT_VALIDATION;
        else
            sounds->clip[sounds->clips++] = clip;
    }
    qsort(sounds->clip, sounds->clips, sizeof *sounds->clip, by_sound);
    for (size_t i = 0; i < sounds->clips; i++)
        if (i == 0 || sounds->clip[i]->facts.sound != sounds->clip[i - 1]->facts.sound)
            sounds->place[sounds->sounds++] = split_place(sounds->clip[i]->facts.sound);
}

static bool split_by_sound(Dataset *dataset, const SplitOptions *options, Error *error)
{
    Sounds sounds;
    const bool ok = sounds_new(&sounds, dataset->clips);
    if (ok) {
        gather_unknown(&sounds, dataset, options);
        dataset->lists = options->trained_sounds || options->validation_sounds;
        dataset->split_shared = !dataset->lists && sounds.sounds < 3;
        if (dataset->lists)
            split_untrained(sounds.place, sounds.sounds, sounds.split);
        else if (!dataset->split_shared)
            split_sounds(sounds.place, sounds.sounds, sounds.split);
        for (size_t i = 0, sound = 0; i < sounds.clips && !dataset->split_shared; i++) {
            if (i > 0 && sounds.clip[i]->facts.sound != sounds.clip[i - 1]->facts.sound) sound++;
            sounds.clip[i]->split = sounds.split[sound];
        }
    }
    sounds_free(&sounds);
    return ok || error_out_of_memory(error);
}

bool dataset_split(Dataset *dataset, const SplitOptions *options, Error *error)
{
    return options->method == SPLIT_BY_DRAW ? split_by_draw(dataset, error)
                                            : split_by_sound(dataset, options, error);
}

bool dataset_in_split(const Dataset *dataset, size_t clip, Split split)
{
    return dataset->split_shared || dataset->clip[clip].split == split;
}

char *dataset_sound_list(const Dataset *dataset, Split split)
{
    uint64_t *sound = malloc((dataset->clips + 1) * sizeof *sound);
    size_t n = 0;
    for (size_t i = 0; sound && i < dataset->clips; i++)
        if (dataset_in_split(dataset, i, split)) sound[n++] = dataset->clip[i].facts.sound;
    char *list = sound ? sound_list_write(sound, n) : NULL;
    free(sound);
    return list;
}
