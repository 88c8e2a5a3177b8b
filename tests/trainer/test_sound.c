// Sound on disk: what was kept comes back, nothing of it stays in a folder, and the memory that it
// takes does not grow with it, whoever reads it.
#define _XOPEN_SOURCE 700
#include "analysis/score.h"
#include "audio/audio_features.h"
#include "audio/temp_audio.h"
#include "data/dataset.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "lib/fixture.h"

#include <dirent.h>
#include <unistd.h>

enum { PIECE = 4096, PIECES = 2048, SAMPLES = PIECE * PIECES + 77 }; // 34 MB

static const size_t most_resident = 10 << 20; // bytes: two readers' blocks, and what else there is

static float value_of(size_t i)
{
    return (float)(i % 9973) / 9973.0f - 0.5f;
}

// Keeps SAMPLES samples, in pieces of odd lengths.
static TempAudio *make_store(Sound *sound)
{
    Error error;
    float piece[PIECE];
    TempAudio *store = temp_audio_new(fixture_path("sound"), &error);
    bool good = CHECK(store);
    for (size_t at = 0, n; good && at < SAMPLES; at += n) {
        n = SAMPLES - at < 3001 ? SAMPLES - at : 3001;
        for (size_t i = 0; i < n; i++) piece[i] = value_of(at + i);
        good = CHECK(temp_audio_add(store, piece, n, &error));
    }
    if (good && CHECK_MSG(temp_audio_open(store, sound, &error), "%s", error.text)) return store;
    temp_audio_free(store);
    return NULL;
}

// Of the process, in files that are mapped.
static size_t resident_bytes(void)
{
    size_t all = 0, resident = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        CHECK(fscanf(file, "%zu %zu %zu", &all, &resident, &shared) == 3);
        fclose(file);
    }
    return shared * (size_t)sysconf(_SC_PAGESIZE);
}

static void check_resident(size_t before, const char *what)
{
    const size_t now = resident_bytes(), grown = now > before ? now - before : 0;
    CHECK_MSG(grown < most_resident, "%s: %zu bytes stay in memory", what, grown);
}

static size_t files_in_folder(void)
{
    size_t count = 0;
    DIR *folder = opendir(fixture_folder);
    while (folder && readdir(folder)) count++;
    if (folder) closedir(folder);
    return count;
}

static void test_what_is_kept_comes_back(void)
{
    Sound sound;
    float piece[PIECE];
    TempAudio *store = make_store(&sound);
    REQUIRE(store);
    CHECK(files_in_folder() == 2); // . and ..
    CHECK(sound.samples == SAMPLES);
    size_t wrong = 0;
    for (size_t at = 0; at < SAMPLES + 2 * PIECE; at += PIECE) {
        sound_read(&sound, at, PIECE, piece);
        for (size_t i = 0; i < PIECE; i++)
            wrong += piece[i] != (at + i < SAMPLES ? value_of(at + i) : 0.0f);
    }
    CHECK_MSG(wrong == 0, "%zu samples are wrong", wrong);
    temp_audio_free(store);
}

static void test_no_store_where_nothing_can_be_written(void)
{
    Error error;
    CHECK(!temp_audio_new(fixture_path("nowhere/sound"), &error));
    CHECK_MSG(strstr(error.text, "nowhere/sound"), "%s", error.text);
}

static void test_reading_through_does_not_fill_the_memory(void)
{
    Error error;
    Sound sound;
    AudioFeatures measure;
    TempAudio *store = make_store(&sound);
    REQUIRE(store);
    const size_t before = resident_bytes();
    CHECK(audio_features_measure(&measure, &sound, 22050.0, &error));
    check_resident(before, "measured");
    temp_audio_free(store);
}

static void test_windows_here_and_there_do_not_fill_the_memory(void)
{
    Sound sound;
    float window[PIECE];
    TempAudio *store = make_store(&sound);
    REQUIRE(store);
    Clip clip = {.samples = sound.samples, .audio = sound.audio};
    const Dataset dataset = {.clip = &clip, .clips = 1};
    const size_t before = resident_bytes();
    size_t wrong = 0;
    // One of four pieces: what the kernel maps around a window, no other window gives back.
    for (size_t i = 0; i < PIECES / 4; i++) {
        const uint64_t start = i * 1021 % (PIECES / 4) * 4 * PIECE;
        dataset_read(&dataset, (Window){.start = start}, PIECE, window);
        wrong += window[0] != value_of(start) || window[PIECE - 1] != value_of(start + PIECE - 1);
    }
    CHECK_MSG(wrong == 0, "%zu windows are wrong", wrong);
    check_resident(before, "windows");
    temp_audio_free(store);
}

typedef struct {
    size_t samples, before;
} Heard;

static bool hear(void *data, const float *samples, size_t n, Error *error)
{
    (void)samples;
    (void)error;
    Heard *heard = data;
    heard->samples += n;
    if (heard->samples == SAMPLES) check_resident(heard->before, "decoded");
    return true;
}

static void test_scoring_does_not_fill_the_memory(void)
{
    Error error;
    Sound sound;
    Score score;
    Model *model = fixture_model("2k16s16p0", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    REQUIRE(model);
    Scorer *scorer = scorer_new(model, &error);
    TempAudio *store = make_store(&sound);
    REQUIRE(scorer && store);
    Heard heard = {.before = resident_bytes()};
    CHECK(scorer_run(scorer, &sound, hear, &heard, &score, &error));
    CHECK_MSG(heard.samples == SAMPLES, "%zu samples came back", heard.samples);
    check_resident(heard.before, "scored");
    temp_audio_free(store);
    scorer_free(scorer);
    model_free(model);
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_what_is_kept_comes_back);
    RUN(test_no_store_where_nothing_can_be_written);
    RUN(test_reading_through_does_not_fill_the_memory);
    RUN(test_windows_here_and_there_do_not_fill_the_memory);
    RUN(test_scoring_does_not_fill_the_memory);
    fixture_folder_remove();
    return check_status();
}
