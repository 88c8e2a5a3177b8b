// The side of a recording: its hash, the thresholds, and the list that weights keep.
#define _XOPEN_SOURCE 700
#include "audio/sound_hash.h"
#include "data/sound_list.h"
#include "data/split.h"
#include "lib/check.h"
#include "lib/dataset_fixture.h"

#include <inttypes.h>

enum { LENGTH = 20000 };

// Noise that is loudest in the middle.
static void make_sound(unsigned seed, float samples[LENGTH])
{
    uint32_t state = seed * 2654435761u + 1;
    for (int i = 0; i < LENGTH; i++) {
        state = state * 1664525u + 1013904223u;
        samples[i] = 0.5f * sinf(3.0f * (float)i / LENGTH) *
                     (float)((int)(state >> 8 & 0xffff) - 32768) / 32768.0f;
    }
}

static uint64_t hash_of(const float *frames, size_t n, int channels, size_t piece)
{
    SoundHash hash;
    sound_hash_begin(&hash);
    for (size_t at = 0; at < n; at += piece)
        sound_hash_add(&hash, frames + at * (size_t)channels, n - at < piece ? n - at : piece,
                       channels);
    return sound_hash_end(&hash);
}

static void test_hash_is_of_the_recording(void)
{
    float sound[LENGTH], other[LENGTH], stereo[2 * LENGTH], again[LENGTH];
    for (unsigned seed = 1; seed < 50; seed++) {
        make_sound(seed, sound);
        const uint64_t hash = hash_of(sound, LENGTH, 1, LENGTH);
        CHECK(hash_of(sound, LENGTH, 1, 77) == hash);
        for (int i = 0; i < LENGTH; i++) {
            stereo[2 * i] = stereo[2 * i + 1] = sound[i];
            again[i] = 0.25f * sound[i] * (1.0f + (i % 2 ? 1e-7f : -1e-7f)); // another decoder
        }
        CHECK(hash_of(stereo, LENGTH, 2, LENGTH) == hash);
        CHECK(hash_of(again, LENGTH, 1, LENGTH) == hash);
        make_sound(seed + 50, other);
        CHECK(hash_of(other, LENGTH, 1, LENGTH) != hash);
        CHECK(hash_of(sound, LENGTH - 1, 1, LENGTH) != hash);
        memcpy(other, sound, sizeof other);
        for (int i = 9000; i < 10000; i++) other[i] = -other[i]; // a cut differs
        CHECK(hash_of(other, LENGTH, 1, LENGTH) != hash);
    }
    // Opposite channels do not cancel, and tones are not all one.
    for (int i = 0; i < LENGTH; i++) stereo[2 * i + 1] = -stereo[2 * i];
    memset(other, 0, sizeof other);
    CHECK(hash_of(stereo, LENGTH, 2, LENGTH) != hash_of(other, LENGTH, 1, LENGTH));
    for (int i = 0; i < LENGTH; i++) {
        sound[i] = sinf(0.1f * (float)i);
        other[i] = sinf(0.1001f * (float)i);
    }
    CHECK(hash_of(sound, LENGTH, 1, LENGTH) != hash_of(other, LENGTH, 1, LENGTH));
}

// The hash must not change with the version: what weights were trained on would be forgotten.
static void test_hash_stays(void)
{
    float sound[64];
    for (int i = 0; i < 64; i++) sound[i] = (float)(i * i % 17) / 17.0f;
    const uint64_t hash = hash_of(sound, 64, 1, 64), silence = hash_of((float[5]){0}, 5, 1, 5);
    CHECK_MSG(hash == UINT64_C(0xbf9ad606f54792a0), "%016" PRIx64, hash);
    CHECK_MSG(silence == UINT64_C(0xef2d127de37b942b), "%016" PRIx64, silence); // SHA-256 of "5"
}

static void test_sides_follow_from_fixed_thresholds(void)
{
    const double many[] = {0.05, 0.099, 0.1, 0.199, 0.2, 0.7, 0.99};
    Split split[8];
    split_sounds(many, 7, split);
    static const Split wanted[] = {SPLIT_VALIDATION, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_TEST,
                                   SPLIT_TRAIN,      SPLIT_TRAIN,      SPLIT_TRAIN};
    CHECK(memcmp(split, wanted, sizeof wanted) == 0);
    // The closest fills a side that would be empty.
    static const double few[][3] = {{0.3, 0.5, 0.9},  {0.01, 0.02, 0.03}, {0.1, 0.11, 0.12},
                                    {0.01, 0.5, 0.6}, {0.15, 0.5, 0.6},   {0.01, 0.02, 0.9}};
    for (size_t i = 0; i < sizeof few / sizeof *few; i++) {
        split_sounds(few[i], 3, split);
        CHECK_MSG(split[0] == SPLIT_VALIDATION && split[1] == SPLIT_TEST && split[2] == SPLIT_TRAIN,
                  "case %zu", i);
    }
    split_untrained(many, 7, split);
    CHECK(memcmp(split, wanted, sizeof wanted) == 0);
    split_untrained((const double[]){0.01, 0.5}, 2, split);
    CHECK(split[0] == SPLIT_TEST && split[1] == SPLIT_TRAIN);
    CHECK(split_place(0) == 0.0 && split_place(UINT64_MAX) < 1.0 &&
          split_place(UINT64_C(1) << 63) == 0.5);
}

static void test_lists_have_what_was_written(void)
{
    uint64_t *sound = malloc(140000 * sizeof *sound);
    REQUIRE(sound);
    for (size_t i = 0; i < 140000; i++) sound[i] = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    static const size_t counts[] = {0, 1, 2, 3, 1000, 100000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        const size_t n = counts[k];
        char *list = sound_list_write(sound, n);
        REQUIRE(list);
        CHECK_MSG(strlen(list) < 800000, "%zu bytes", strlen(list));
        size_t found = 0, mistaken = 0;
        for (size_t i = 0; i < n; i += 1 + n / 1000) found += !sound_list_has(list, sound[i]);
        for (size_t i = 139000; i < 140000; i++) mistaken += sound_list_has(list, sound[i]);
        CHECK_MSG(found == 0 && mistaken < 20, "%zu: %zu and %zu", n, found, mistaken);
        free(list);
    }
    CHECK(!sound_list_write(sound, 140000)); // no room in the header
    const uint64_t twice[] = {7, 9, 7};
    char *list = sound_list_write(twice, 3);
    REQUIRE(list);
    CHECK_MSG(strcmp(list, "000000000000 000000000000") == 0, "%s", list);
    free(list);
    free(sound);
    static const char *const no_lists[] = {
        "", " ", "abc", "zzzzzz zz", "00000000000000000000", "000000 0", "\xff\xff\xff\xff\xff"};
    for (size_t i = 0; i < sizeof no_lists / sizeof *no_lists; i++)
        CHECK(!sound_list_has(no_lists[i], UINT64_MAX));
    CHECK(!sound_list_has(NULL, 5));
}

// ---- Data sets ----

static Dataset *open_by_sound(const char *const *names, size_t count, const char *trained)
{
    static char paths[4][512], cache[512];
    const char *folders[4];
    Error error;
    for (size_t i = 0; i < count; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%s", fixture_folder, names[i]);
        folders[i] = paths[i];
    }
    snprintf(cache, sizeof cache, "%s/cache", fixture_folder);
    Dataset *dataset = dataset_open(
        &(DatasetOptions){.folders = folders,
                          .folder_count = count,
                          .cache = cache,
                          .rate = 22050.0,
                          .split = {.method = SPLIT_BY_SOUND, .trained_sounds = trained}},
        pool, &error);
    CHECK_MSG(dataset != NULL, "%s", error.text);
    return dataset;
}

static bool write_sounds(const char *folder, unsigned from, unsigned to)
{
    float sound[LENGTH];
    bool ok = true;
    fixture_subfolder(folder);
    for (unsigned i = from; i < to; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s/%03u.wav", folder, i);
        make_sound(i, sound);
        ok = ok && fixture_write(name, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, sound, LENGTH);
    }
    return ok;
}

// Files that come, go, and get other names change no other file's side.
static void test_sides_are_stable(void)
{
    static const char *const name = "stable";
    size_t count[SPLITS] = {0};
    REQUIRE(write_sounds("stable", 0, 60));
    Dataset *before = open_by_sound(&name, 1, NULL);
    REQUIRE(before);
    REQUIRE(write_sounds("stable", 60, 80));
    for (int i = 0; i < 7; i++) {
        char path[64];
        snprintf(path, sizeof path, "stable/%03d.wav", i);
        REQUIRE(unlink(fixture_path(path)) == 0);
    }
    REQUIRE(rename(fixture_path("stable/009.wav"), fixture_path("stable/zz.wav")) == 0);
    Dataset *after = open_by_sound(&name, 1, NULL);
    REQUIRE(after && after->clips == 73);
    size_t compared = 0;
    for (size_t i = 0; i < after->clips; i++) {
        count[after->clip[i].split]++;
        for (size_t j = 0; j < before->clips; j++) {
            if (before->clip[j].facts.sound != after->clip[i].facts.sound) continue;
            CHECK(before->clip[j].split == after->clip[i].split);
            compared++;
        }
    }
    CHECK_MSG(compared == 53, "%zu", compared);
    CHECK_MSG(count[SPLIT_VALIDATION] > 2 && count[SPLIT_TEST] > 2 && count[SPLIT_TRAIN] > 40,
              "%zu %zu %zu", count[0], count[1], count[2]);
    dataset_free(before);
    dataset_free(after);
}

// The same recording in two genres, in another format, is on one side.
static void test_copies_are_on_one_side(void)
{
    static const char *const name = "copies";
    float sound[2 * LENGTH];
    fixture_subfolder("copies");
    REQUIRE(write_sounds("copies/a", 0, 30));
    fixture_subfolder("copies/b");
    for (unsigned i = 0; i < 30; i++) {
        char path[64];
        make_sound(i, sound);
        for (int k = LENGTH; k-- > 0;) sound[2 * k] = sound[2 * k + 1] = sound[k];
        snprintf(path, sizeof path, "copies/b/%u.flac", i);
        REQUIRE(fixture_write(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 22050, 2, sound, LENGTH));
    }
    Dataset *set = open_by_sound(&name, 1, NULL);
    REQUIRE(set && set->clips == 60);
    size_t pairs = 0;
    for (size_t i = 0; i < 60; i++)
        for (size_t j = i + 1; j < 60; j++) {
            if (set->clip[i].facts.sound != set->clip[j].facts.sound) continue;
            CHECK(set->clip[i].split == set->clip[j].split);
            pairs++;
        }
    CHECK_MSG(pairs == 30, "%zu pairs", pairs);
    dataset_free(set);
}

// What weights were trained on is never in the test.
static void test_known_sounds_are_not_tested(void)
{
    static const char *const name = "known", *const one = "known/001.wav";
    REQUIRE(write_sounds("known", 0, 12));
    Dataset *set = open_by_sound(&name, 1, NULL);
    REQUIRE(set);
    uint64_t all[12];
    for (size_t i = 0; i < 12; i++) all[i] = set->clip[i].facts.sound;
    for (size_t left = 0; left < 12; left++) { // the clip that no list has
        const uint64_t kept = all[left];
        all[left] = all[(left + 1) % 12];
        char *list = sound_list_write(all, 12);
        all[left] = kept;
        Dataset *again = open_by_sound(&name, 1, list);
        REQUIRE(again && again->clips == 12);
        for (size_t i = 0; i < 12; i++) {
            CHECK(again->clip[i].known == (i != left));
            CHECK(dataset_in_split(again, i, SPLIT_TEST) == (i == left));
        }
        dataset_free(again);
        free(list);
    }
    char *list = sound_list_write(all, 12);
    Dataset *again = open_by_sound(&one, 1, list);
    REQUIRE(again && again->clips == 1);
    CHECK(!again->split_shared && again->clip[0].split == SPLIT_TRAIN && again->clip[0].named);
    dataset_free(again);
    dataset_free(set);
    free(list);
}

// genres/*: the named folders are the genres.
static void test_named_folders_are_genres(void)
{
    static const char *const names[] = {"genres/rock", "genres/jazz", "genres/more.wav"};
    fixture_subfolder("genres");
    REQUIRE(write_sounds("genres/rock", 0, 3) && write_sounds("genres/jazz", 2, 6));
    float sound[LENGTH];
    make_sound(9, sound);
    REQUIRE(fixture_write("genres/more.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, sound,
                          LENGTH));
    Dataset *set = open_by_sound(names, 3, NULL);
    REQUIRE(set && set->clips == 8 && set->genres == 2);
    CHECK(strcmp(set->genre[0], "jazz") == 0 && strcmp(set->genre[1], "rock") == 0);
    CHECK(strcmp(set->clip[0].name, "jazz/002.wav") == 0 && set->clip[0].genre == 0);
    CHECK(strcmp(set->clip[4].name, "more.wav") == 0 && set->clip[4].genre == -1);
    CHECK(strcmp(set->clip[7].name, "rock/002.wav") == 0 && set->clip[7].genre == 1);
    dataset_free(set);
    set = open_by_sound(names, 1, NULL); // one folder is no genre
    REQUIRE(set && set->genres == 0 && strcmp(set->clip[0].name, "000.wav") == 0);
    dataset_free(set);
}

int main(void)
{
    pool = pool_new(2);
    if (!pool || !fixture_folder_make()) return 1;
    RUN(test_hash_is_of_the_recording);
    RUN(test_hash_stays);
    RUN(test_sides_follow_from_fixed_thresholds);
    RUN(test_lists_have_what_was_written);
    RUN(test_sides_are_stable);
    RUN(test_copies_are_on_one_side);
    RUN(test_known_sounds_are_not_tested);
    RUN(test_named_folders_are_genres);
    fixture_folder_remove();
    pool_free(pool);
    return check_status();
}
