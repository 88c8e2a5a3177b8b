// Latent sets: what is written is read, values where they belong, and files that are not
// whole are refused.
#define _XOPEN_SOURCE 700
#include "files/file.h"
#include "files/safetensors.h"
#include "latents/latent_set.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

enum { CLIPS = 5, CHANNELS = 3, FRAMES = 7, CLIP_VALUES = CHANNELS * FRAMES };

static const char *const genres[] = {"\"blues\"", "rock"};

static LatentClip clips[CLIPS] = {
    {"blues/a.wav", 0, SPLIT_TRAIN, NULL},       {"blues/\xff.wav", 0, SPLIT_TEST, NULL},
    {"loose.wav", -1, SPLIT_TRAIN, NULL},        {"rock/b\n.wav", 1, SPLIT_VALIDATION, NULL},
    {"rock/\xc3\xb1.wav", 1, SPLIT_TRAIN, NULL},
};

static float value_of(size_t clip, size_t channel, size_t frame)
{
    return (float)(100 * clip + 10 * channel + frame) + 0.25f;
}

static LatentSet about_set(void)
{
    LatentSet about = {
        .clip = clips,
        .clips = CLIPS,
        .genre = (const char **)(uintptr_t)genres,
        .genres = 2,
        .channels = CHANNELS,
        .frames = FRAMES,
        .frame_rate = 612.5,
        .window = 250,
        .seed = 4000000000u,
        .model_name = "normal",
        .source = "music",
    };
    strcpy(about.fingerprint, "0123abcd");
    return about;
}

// Frame-major, as an encoder gives it; the clip's end first.
static bool put_clip(LatentSetWriter *writer, size_t clip, Error *error)
{
    enum { CUT = 3 };
    float values[CLIP_VALUES];
    for (size_t t = 0; t < FRAMES; t++)
        for (size_t c = 0; c < CHANNELS; c++) values[t * CHANNELS + c] = value_of(clip, c, t);
    return latent_set_put(writer, clip, CUT, values + CUT * CHANNELS, FRAMES - CUT, error) &&
           latent_set_put(writer, clip, 0, values, CUT, error);
}

static bool write_set(const char *name)
{
    Error error;
    const LatentSet about = about_set();
    LatentSetWriter *writer = latent_set_create(fixture_path(name), &about, &error);
    for (size_t i = CLIPS; writer && i-- > 0;) CHECK(put_clip(writer, i, &error));
    return CHECK(writer) && CHECK_MSG(latent_set_commit(writer, &error), "%s", error.text);
}

static void test_what_is_written_is_read(void)
{
    Error error;
    REQUIRE(write_set("set"));
    LatentSet *set = latent_set_open(fixture_path("set"), &error);
    CHECK_MSG(set != NULL, "%s", error.text);
    if (!set) return;
    CHECK(set->clips == CLIPS && set->channels == CHANNELS && set->frames == FRAMES);
    CHECK(set->frame_rate == 612.5 && set->window == 250 && set->seed == 4000000000u);
    CHECK(strcmp(set->model_name, "normal") == 0 && strcmp(set->source, "music") == 0);
    CHECK(strcmp(set->fingerprint, "0123abcd") == 0);
    CHECK(set->genres == 2 && strcmp(set->genre[0], "\"blues\"") == 0);
    for (size_t i = 0; i < CLIPS; i++) {
        CHECK(set->clip[i].genre == clips[i].genre && set->clip[i].split == clips[i].split);
        for (size_t c = 0; c < CHANNELS; c++)
            for (size_t t = 0; t < FRAMES; t++)
                CHECK(set->clip[i].values[c * FRAMES + t] == value_of(i, c, t));
    }
    CHECK(strcmp(set->clip[1].name, "blues/\\xff.wav") == 0); // JSON has no such byte
    CHECK(strcmp(set->clip[3].name, "rock/b\n.wav") == 0);
    CHECK(strcmp(set->clip[4].name, "rock/\xc3\xb1.wav") == 0);
    latent_set_close(set);
}

static void test_clips_are_chosen_by_split(void)
{
    Error error;
    size_t count;
    REQUIRE(write_set("set"));
    LatentSet *set = latent_set_open(fixture_path("set"), &error);
    REQUIRE(set);
    size_t *chosen = latent_set_choose(set, SPLIT_TRAIN, &count, &error);
    CHECK(chosen && count == 2 && chosen[0] == 0 && chosen[1] == 4); // the one without genre is out
    free(chosen);
    chosen = latent_set_choose(set, SPLITS, &count, &error);
    CHECK(chosen && count == 4 && chosen[3] == 4);
    free(chosen);
    latent_set_close(set);
}

static void test_nothing_is_there_before_the_commit(void)
{
    Error error;
    const LatentSet about = about_set();
    LatentSetWriter *writer = latent_set_create(fixture_path("given-up"), &about, &error);
    REQUIRE(writer);
    CHECK(put_clip(writer, 0, &error));
    latent_set_abandon(writer);
    CHECK(access(fixture_path("given-up"), F_OK) != 0);
    CHECK(!latent_set_create(fixture_path("nowhere/set"), &about, &error));
    CHECK_MSG(strstr(error.text, "nowhere/set: No such file"), "%s", error.text);
}

static void check_refused(const char *name, const char *reason)
{
    Error error;
    LatentSet *set = latent_set_open(fixture_path(name), &error);
    CHECK_MSG(!set, "%s is taken", name);
    if (!set) CHECK_MSG(strstr(error.text, reason), "%s, not %s", error.text, reason);
    latent_set_close(set);
}

// The whole file with `from` replaced by `to`, of the same length, wherever it stands.
static bool write_changed(const char *name, const char *from, const char *to)
{
    Error error;
    size_t size;
    const size_t length = strlen(from);
    unsigned char *bytes = file_read(fixture_path("set"), 1 << 20, &size, &error);
    bool changed = false;
    for (size_t i = 0; bytes && i + length <= size; i++) {
        if (memcmp(bytes + i, from, length) != 0) continue;
        memcpy(bytes + i, to, length);
        changed = true;
    }
    const bool good = changed && fixture_write_bytes(name, bytes, size);
    free(bytes);
    return good;
}

static void test_spoilt_files_are_refused(void)
{
    static const struct {
        const char *from, *to, *reason;
    } spoilt[] = {
        {"[5,3,7]", "[3,5,7]", "latents of 3 clips but names of 5"},
        {"[5,3,7]", "[5,3,8]", "its shape does not fit"},
        {"[5,3,7]", "[5, 21]", "no tensor latent"},
        {"trasluz-latents", "trasluz-lantern", "not a latent set"},
        {"\"window\":\"250\"", "\"window\":\"-25\"", "metadata: window is not a number"},
        {"\"window\"", "\"widow\" ", "metadata: no window"},
        {"\\\"rock\\\",\\\"split", "\\\"rick\\\",\\\"split", "metadata: clip 3 lacks"},
        {"validation", "validatiom", "metadata: clip 3 lacks"},
        {"[\\\"\\\\\\\"blues", "{\\\"\\\\\\\"blues", "metadata: genres is not a list"},
    };
    REQUIRE(write_set("set"));
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
        CHECK_MSG(write_changed("spoilt", spoilt[i].from, spoilt[i].to), "no %s in it",
                  spoilt[i].from);
        check_refused("spoilt", spoilt[i].reason);
    }
}

static void test_damaged_files_are_refused(void)
{
    Error error;
    size_t size;
    REQUIRE(write_set("set"));
    unsigned char *bytes = file_read(fixture_path("set"), 1 << 20, &size, &error);
    REQUIRE(bytes);
    bytes[size - 1] ^= 1;
    CHECK(fixture_write_bytes("damaged", bytes, size));
    check_refused("damaged", "wrong checksum");
    CHECK(fixture_write_bytes("damaged", bytes, size - 4));
    check_refused("damaged", "outside the file's");
    CHECK(fixture_write_bytes("damaged", bytes, 5));
    check_refused("damaged", "not a safetensors file");
    CHECK(fixture_write_bytes("damaged", bytes, 0));
    check_refused("damaged", "empty");
    check_refused("none", "none: No such file");
    check_refused("", "not a regular file");
    free(bytes);
}

static void test_values_must_be_aligned(void)
{
    static const char header[] =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} ";
    unsigned char bytes[128] __attribute__((aligned(8))) = {0};
    Error error;
    for (uint64_t length = sizeof header - 2; length < sizeof header; length++) {
        memcpy(bytes, &length, sizeof length);
        memcpy(bytes + sizeof length, header, (size_t)length);
        const size_t size = sizeof length + (size_t)length + sizeof(float);
        Safetensors *file = safetensors_view(bytes, size, &error);
        CHECK((file != NULL) == (length % sizeof(float) == 0));
        safetensors_free(file);
    }
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_what_is_written_is_read);
    RUN(test_clips_are_chosen_by_split);
    RUN(test_nothing_is_there_before_the_commit);
    RUN(test_spoilt_files_are_refused);
    RUN(test_damaged_files_are_refused);
    RUN(test_values_must_be_aligned);
    fixture_folder_remove();
    return check_status();
}
