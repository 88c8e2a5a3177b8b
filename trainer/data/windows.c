// The windows of a dataset; see dataset.h.
#include "data/dataset.h"

#include "math/random.h"

#include <stdlib.h>
#include <string.h>

// Streams of random numbers.
enum { STREAM_PHASE = 0x50484153, STREAM_PICK = 0x5049434b, STREAM_SHUFFLE = 0x53484655 };

// Shuffles windows so that the first `chosen` of `count` are a random choice in random order.
static void choose(Window *window, size_t count, size_t chosen, RandomKey key, uint64_t index)
{
    for (size_t i = 0; i < chosen; i++) {
        const size_t j = i + (size_t)random_below(key, index + i, count - i);
        const Window kept = window[i];
        window[i] = window[j];
        window[j] = kept;
    }
}

// Returns how many whole windows fit into `samples`, one after the other.
static size_t whole_windows(size_t samples, size_t length)
{
    return samples / length;
}

static bool list_new(WindowList *list, size_t room, Error *error)
{
    *list = (WindowList){.window = malloc((room + 1) * sizeof *list->window)};
    return list->window || error_out_of_memory(error);
}

bool dataset_windows(const Dataset *dataset, Split split, size_t length, WindowList *list,
                     Error *error)
{
    size_t room = 0;
    for (size_t i = 0; i < dataset->clips; i++)
        room += whole_windows(dataset->clip[i].samples, length) + 1;
    if (!list_new(list, room, error)) return false;
    for (size_t i = 0; i < dataset->clips; i++) {
        const size_t samples = dataset->clip[i].samples;
        if (!dataset_in_split(dataset, i, split)) continue;
        size_t start = 0;
        for (; start + length < samples; start += length)
            list->window[list->count++] = (Window){(uint32_t)i, start};
        const size_t last = samples > length ? samples - length : 0;
        list->window[list->count++] = (Window){(uint32_t)i, last};
    }
    return true;
}

// Lists the windows of one clip from a random start on; returns their number.
static size_t clip_windows(const Clip *clip, uint32_t index, size_t length, uint32_t seed,
                           uint32_t epoch, Window *window)
{
    const RandomKey key = {.seed = seed, .stream = STREAM_PHASE};
    if (clip->samples <= length) {
        window[0] = (Window){index, 0};
        return 1;
    }
    const size_t slack = clip->samples - length; // possible starts of one window, less one
    const size_t phases = slack < length ? slack + 1 : length;
    const size_t phase = (size_t)random_below(key, (uint64_t)epoch << 32 | index, phases);
    const size_t count = whole_windows(clip->samples - phase, length);
    for (size_t k = 0; k < count; k++) window[k] = (Window){index, phase + k * length};
    return count;
}

bool dataset_epoch(const Dataset *dataset, size_t length, uint32_t seed, uint32_t epoch,
                   size_t per_clip, size_t most, WindowList *list, Error *error)
{
    const RandomKey pick = {.seed = seed, .stream = STREAM_PICK};
    const RandomKey shuffle = {.seed = seed, .stream = STREAM_SHUFFLE};
    const uint64_t at = (uint64_t)epoch << 32;
    size_t room = 0;
    for (size_t i = 0; i < dataset->clips; i++)
        room += whole_windows(dataset->clip[i].samples, length) + 1;
    if (!list_new(list, room, error)) return false;
    for (size_t i = 0; i < dataset->clips; i++) {
        if (!dataset_in_split(dataset, i, SPLIT_TRAIN)) continue;
        Window *window = list->window + list->count;
        size_t count = clip_windows(&dataset->clip[i], (uint32_t)i, length, seed, epoch, window);
        if (per_clip > 0 && per_clip < count) {
            choose(window, count, per_clip, pick, at + list->count);
            count = per_clip;
        }
        list->count += count;
    }
    const size_t chosen = most > 0 && most < list->count ? most : list->count;
    choose(list->window, list->count, chosen, shuffle, at);
    list->count = chosen;
    return true;
}

bool dataset_steps(const Dataset *dataset, size_t length, uint32_t seed, uint32_t epoch,
                   size_t count, WindowList *list, Error *error)
{
    enum { PASSES = 1 << 12 }; // of an epoch that differ; they repeat then
    *list = (WindowList){.window = malloc((count + 1) * sizeof *list->window)};
    if (!list->window) return error_out_of_memory(error);
    for (uint32_t pass = 0; list->count < count; pass++) {
        WindowList more;
        const uint32_t number = epoch * PASSES + pass % PASSES;
        if (!dataset_epoch(dataset, length, seed, number, 0, count - list->count, &more, error)) {
            free(list->window);
            *list = (WindowList){0};
            return false;
        }
        memcpy(list->window + list->count, more.window, more.count * sizeof *more.window);
        list->count += more.count;
        free(more.window);
    }
    return true;
}

void windows_thin(WindowList *list, size_t most)
{
    if (list->count <= most) return;
    for (size_t i = 0; i < most; i++) list->window[i] = list->window[i * list->count / most];
    list->count = most;
}

Sound clip_sound(const Clip *clip)
{
    return (Sound){.audio = clip->audio, .samples = clip->samples, .mapped = true};
}

void dataset_read(const Dataset *dataset, Window window, size_t length, float *to)
{
    const Sound sound = clip_sound(&dataset->clip[window.clip]);
    sound_read(&sound, (size_t)window.start, length, to);
    sound_release(&sound, (size_t)window.start, length);
}
