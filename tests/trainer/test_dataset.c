// Data sets: what is found, the split, the cache, and that nothing is dropped in silence.
#define _XOPEN_SOURCE 700
#include "lib/check.h"
#include "lib/dataset_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The report's text; the caller frees it.
static char *report_of(const Dataset *dataset)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    dataset_report(dataset, stream);
    fclose(stream);
    return text;
}

// ---- Finding ----

static void test_finds_at_any_depth_in_order(void)
{
    fixture_subfolder("music");
    fixture_subfolder("music/rock");
    fixture_subfolder("music/rock/live");
    fixture_subfolder("music/jazz");
    fixture_subfolder("music/.hidden");
    REQUIRE(fixture_write_sine("music/rock/b.WAV", 22050, 3000));
    REQUIRE(fixture_write_sine("music/rock/live/a.wav", 22050, 3000));
    REQUIRE(fixture_write_sine("music/jazz/z.wav", 22050, 3000));
    REQUIRE(fixture_write_sine("music/top.wav", 22050, 3000));
    REQUIRE(fixture_write_sine("music/.hidden/h.wav", 22050, 3000));
    REQUIRE(fixture_write_sine("music/.h.wav", 22050, 3000));
    REQUIRE(fixture_write_bytes("music/metadata.tsv", "a\tb\n", 4));
    REQUIRE(symlink("..", fixture_path("music/rock/up")) == 0);
    REQUIRE(symlink("b.WAV", fixture_path("music/rock/again.wav")) == 0);
    Dataset *dataset = open_one("music", 1);
    if (!dataset) return;
    static const char *const wanted[] = {"jazz/z.wav", "rock/again.wav", "rock/live/a.wav",
                                         "top.wav"};
    CHECK_MSG(dataset->clips == 4, "%zu clips", dataset->clips);
    for (size_t i = 0; i < 4 && i < dataset->clips; i++)
        CHECK_MSG(strcmp(dataset->clip[i].name, wanted[i]) == 0, "%zu: %s", i,
                  dataset->clip[i].name);
    REQUIRE(dataset->genres == 2);
    CHECK(strcmp(dataset->genre[0], "jazz") == 0 && strcmp(dataset->genre[1], "rock") == 0);
    CHECK(dataset->clip[0].genre == 0 && dataset->clip[1].genre == 1 &&
          dataset->clip[2].genre == 1 && dataset->clip[3].genre == -1);
    char *report = report_of(dataset);
    CHECK_MSG(strstr(report, "4 clips") && strstr(report, "2 genres") &&
                  strstr(report, "1 file skipped that is not audio"),
              "%s", report);
    free(report);
    dataset_free(dataset);
}

static void test_what_is_given_twice_is_taken_once(void)
{
    static const char *const twice[] = {"ten", "ten", "ten/03.wav"};
    Error error;
    Dataset *dataset = open_set(twice, 3, "cache", 1, &error);
    REQUIRE(dataset);
    CHECK_MSG(dataset->clips == 10, "%zu clips", dataset->clips);
    dataset_free(dataset);
}

static void test_odd_files_are_named_and_counted(void)
{
    float samples[6000] = {0};
    fixture_subfolder("odd");
    REQUIRE(fixture_write_sine("odd/good.wav", 44100, 6000));
    REQUIRE(fixture_write_bytes("odd/empty.wav", "", 0));
    REQUIRE(fixture_write_bytes("odd/text.mp3", "not a song, but long enough to be read", 38));
    REQUIRE(fixture_write_bytes("odd/foreign.m4a", "not read by libsndfile, yet audio.", 34));
    REQUIRE(fixture_write_sine("odd/none.wav", 22050, 0));
    REQUIRE(symlink("nowhere.wav", fixture_path("odd/broken.wav")) == 0);
    REQUIRE(fixture_write_sine("odd/one.wav", 22050, 1));
    REQUIRE(
        fixture_write("odd/silent.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, samples, 6000));
    samples[5] = NAN;
    samples[6] = 1000.0f;
    REQUIRE(
        fixture_write("odd/wild.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1, samples, 6000));
    Dataset *dataset = open_one("odd", 1);
    if (!dataset) return;
    for (int again = 0; again < 2; again++) { // the second time from the cache
        CHECK_MSG(dataset->clips == 4, "%zu clips", dataset->clips);
        CHECK_MSG(dataset_unreadable(dataset) == 5, "%zu", dataset_unreadable(dataset));
        CHECK_MSG(dataset_warnings(dataset) == 3, "%zu", dataset_warnings(dataset));
        char *report = report_of(dataset);
        static const char *const told[] = {
            "5 cannot be read",
            "empty.wav: the file is empty",
            "text.mp3: ",
            "foreign.m4a: ",
            "none.wav: contains no audio",
            "broken.wav: No such file",
            "one.wav: contains only silence; only 1 sample long\n", // a sine begins with 0
            "silent.wav: contains only silence",
            "wild.wav: 1 samples are not finite numbers; used as 0; peak is 60 dB over full",
        };
        for (size_t i = 0; i < sizeof told / sizeof *told; i++)
            CHECK_MSG(strstr(report, told[i]), "'%s' is not in:\n%s", told[i], report);
        free(report);
        dataset_free(dataset);
        dataset = open_one("odd", 1);
        if (!dataset) return;
    }
    dataset_free(dataset);
}

static void check_refused(const char *name, const char *cache, const char *reason)
{
    Error error;
    Dataset *dataset = open_set(&name, 1, cache, 1, &error);
    CHECK_MSG(!dataset, "%s was opened", name);
    if (dataset)
        dataset_free(dataset);
    else
        CHECK_MSG(strstr(error.text, reason), "'%s', not '%s'", error.text, reason);
}

static void test_sets_without_audio_are_refused(void)
{
    fixture_subfolder("no-music");
    fixture_subfolder("no-music/below");
    REQUIRE(fixture_write_bytes("no-music/below/notes.txt", "do re mi", 8));
    fixture_subfolder("bad");
    REQUIRE(fixture_write_bytes("bad/bad.wav", "do re mi", 8));
    check_refused("no-music", "cache", "contains no audio");
    check_refused("nowhere", "cache", "No such file");
    check_refused("bad", "cache", "none of 1 audio file can be read; bad.wav: Format not");
}

// ---- Split ----

static void test_split_is_a_tenth_each_and_repeats(void)
{
    Dataset *a = open_one("ten", 1), *b = open_one("ten", 1);
    if (!a || !b) return;
    size_t count[SPLITS] = {0};
    for (size_t i = 0; i < a->clips; i++) {
        count[a->clip[i].split]++;
        CHECK(a->clip[i].split == b->clip[i].split);
        int in = 0;
        for (Split split = SPLIT_TRAIN; split < SPLITS; split++)
            in += dataset_in_split(a, i, split);
        CHECK(in == 1);
    }
    CHECK(count[SPLIT_TRAIN] == 8 && count[SPLIT_VALIDATION] == 1 && count[SPLIT_TEST] == 1);
    bool differs = false;
    for (uint32_t seed = 2; seed < 6; seed++) {
        Dataset *other = open_one("ten", seed);
        for (size_t i = 0; other && i < a->clips; i++)
            differs |= a->clip[i].split != other->clip[i].split;
        dataset_free(other);
    }
    CHECK(differs);
    dataset_free(a);
    dataset_free(b);
}

// The share of the clips that is held out, over many.
static void test_split_of_many(void)
{
    static const struct {
        size_t clips, tenth;
    } wanted[] = {{3, 1}, {9, 1}, {14, 1}, {15, 2}, {25, 3}};
    float samples[30] = {0.5f};
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
        char folder[32];
        snprintf(folder, sizeof folder, "many%zu", wanted[w].clips);
        fixture_subfolder(folder);
        for (size_t i = 0; i < wanted[w].clips; i++) {
            char name[64];
            snprintf(name, sizeof name, "%s/%02zu.wav", folder, i);
            REQUIRE(fixture_write(name, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1, samples, 30));
        }
        Dataset *dataset = open_one(folder, 7);
        if (!dataset) return;
        size_t count[SPLITS] = {0};
        for (size_t i = 0; i < dataset->clips; i++) count[dataset->clip[i].split]++;
        CHECK_MSG(
            count[SPLIT_VALIDATION] == wanted[w].tenth && count[SPLIT_TEST] == wanted[w].tenth,
            "%zu clips: %zu and %zu", wanted[w].clips, count[SPLIT_VALIDATION], count[SPLIT_TEST]);
        dataset_free(dataset);
    }
}

static void test_few_clips_are_in_every_split(void)
{
    static const char *const two[] = {"ten/00.wav", "ten/01.wav"};
    Error error;
    Dataset *dataset = open_set(two, 2, "cache", 1, &error);
    REQUIRE(dataset);
    CHECK(dataset->split_shared);
    for (Split split = SPLIT_TRAIN; split < SPLITS; split++) {
        WindowList list;
        REQUIRE(dataset_windows(dataset, split, 1000, &list, &error));
        CHECK_MSG(list.count == 7, "%zu windows", list.count);
        free(list.window);
    }
    dataset_free(dataset);
}

// ---- Cache ----

// The only entry of a cache; its path is overwritten by the next call.
static const char *only_entry(const char *cache)
{
    static char path[512];
    char command[256];
    snprintf(command, sizeof command, "ls -A -d %s/%s/*", fixture_folder, cache);
    FILE *list = popen(command, "r");
    const bool found = list && fgets(path, sizeof path, list);
    if (list) pclose(list);
    if (!found) return "";
    path[strcspn(path, "\n")] = '\0';
    return path;
}

static int count_entries(const char *cache)
{
    char command[256];
    int count = -1;
    snprintf(command, sizeof command, "ls -A %s/%s 2>/dev/null | wc -l", fixture_folder, cache);
    FILE *list = popen(command, "r");
    if (list && fscanf(list, "%d", &count) != 1) count = -1;
    if (list) pclose(list);
    return count;
}

static Dataset *open_cached(const char *name, const char *cache)
{
    Error error;
    Dataset *dataset = open_set(&name, 1, cache, 1, &error);
    CHECK_MSG(dataset, "%s", error.text);
    return dataset;
}

static ino_t inode_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_ino : 0;
}

static void test_cache_is_used_again(void)
{
    REQUIRE(fixture_write_sine("cached.wav", 44100, 50000));
    dataset_free(open_cached("cached.wav", "cache-a"));
    CHECK(count_entries("cache-a") == 1);
    const ino_t first = inode_of(only_entry("cache-a"));
    Dataset *dataset = open_cached("cached.wav", "cache-a");
    CHECK(first != 0 && inode_of(only_entry("cache-a")) == first);
    CHECK(dataset->clip[0].samples == 25000);
    dataset_free(dataset);

    REQUIRE(fixture_write_sine("cached.wav", 44100, 60000)); // changed: another entry
    dataset = open_cached("cached.wav", "cache-a");
    CHECK(dataset->clip[0].samples == 30000);
    CHECK(count_entries("cache-a") == 2);
    dataset_free(dataset);
}

static void test_spoilt_cache_is_made_again(void)
{
    REQUIRE(fixture_write_sine("spoilt.wav", 22050, 30000));
    dataset_free(open_cached("spoilt.wav", "cache-b"));
    char entry[512];
    strcpy(entry, only_entry("cache-b"));
    for (int way = 0; way < 5; way++) {
        static const off_t sizes[] = {0, 10, 64, 60000, 200000};
        REQUIRE(truncate(entry, sizes[way]) == 0);
        Dataset *dataset = open_cached("spoilt.wav", "cache-b");
        if (!dataset) return;
        CHECK(dataset->clip[0].samples == 30000);
        CHECK(fabsf(dataset->clip[0].audio[29999]) > 1e-4f);
        dataset_free(dataset);
        CHECK(count_entries("cache-b") == 1);
    }
    const ino_t foreign = inode_of(entry);
    FILE *file = fopen(entry, "r+b");
    REQUIRE(file);
    fputs("foreign!", file);
    fclose(file);
    Dataset *dataset = open_cached("spoilt.wav", "cache-b");
    CHECK(dataset && dataset->clip[0].samples == 30000);
    CHECK(inode_of(entry) != foreign);
    dataset_free(dataset);
}

static void test_clips_are_what_the_files_hold(void)
{
    Dataset *dataset = open_one("ten", 1);
    if (!dataset) return;
    for (size_t i = 0; i < dataset->clips; i++) {
        const Clip *clip = &dataset->clip[i];
        CHECK_MSG(clip->samples == 3000 + 1000 * i, "%s: %zu", clip->name, clip->samples);
        CHECK_MSG((uintptr_t)clip->audio % 64 == 0, "not aligned");
        for (size_t k = 0; k < clip->samples; k++) {
            const double wanted = 0.5 * sin(6.283185307179586 * 440.0 * (double)k / 22050.0);
            CHECK(fabs((double)clip->audio[k] - wanted) < 1e-4);
        }
    }
    dataset_free(dataset);
}

static void test_threads_do_not_change_the_set(void)
{
    Pool *many = pool;
    pool = pool_new(1);
    REQUIRE(pool);
    Dataset *a = open_cached("ten", "cache-c");
    pool_free(pool);
    pool = many;
    Dataset *b = open_cached("ten", "cache-d");
    REQUIRE(a && b && a->clips == b->clips);
    for (size_t i = 0; i < a->clips; i++) {
        REQUIRE(a->clip[i].samples == b->clip[i].samples);
        CHECK(strcmp(a->clip[i].name, b->clip[i].name) == 0);
        CHECK(memcmp(a->clip[i].audio, b->clip[i].audio, a->clip[i].samples * sizeof(float)) == 0);
    }
    dataset_free(a);
    dataset_free(b);
}

static void test_cache_that_cannot_be_written(void)
{
    REQUIRE(fixture_write_bytes("file", "x", 1));
    check_refused("ten", "file", "cache folder");
    check_refused("ten", "file/below", "cache folder");
    struct rlimit limit, small;
    getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    small.rlim_cur = 20000;
    setrlimit(RLIMIT_FSIZE, &small);
    check_refused("ten", "cache-e", "File too large");
    setrlimit(RLIMIT_FSIZE, &limit);
    // What fitted stays, under its real name; nothing half-written does.
    char command[256];
    snprintf(command, sizeof command, "ls %s/cache-e | grep -qv 'f32$'", fixture_folder);
    CHECK(system(command) != 0);
    dataset_free(open_cached("ten", "cache-e"));
    CHECK(count_entries("cache-e") == 10);
}

// What a killed program has left is removed after a day; what another one may be writing is not.
static void test_stale_entries_are_removed(void)
{
    static const char old[] =
        "cache-f/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.f32.trasluz-0";
    static const char fresh[] =
        "cache-f/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.f32.trasluz-1";
    static const char foreign[] = "cache-f/notes.f32.backup";
    const struct timespec times[2] = {{.tv_sec = time(NULL) - 90000},
                                      {.tv_sec = time(NULL) - 90000}};
    fixture_subfolder("cache-f");
    REQUIRE(fixture_write_bytes(old, "x", 1) && fixture_write_bytes(fresh, "x", 1) &&
            fixture_write_bytes(foreign, "x", 1));
    REQUIRE(utimensat(AT_FDCWD, fixture_path(old), times, 0) == 0 &&
            utimensat(AT_FDCWD, fixture_path(foreign), times, 0) == 0);
    dataset_free(open_cached("ten", "cache-f"));
    CHECK(access(fixture_path(old), F_OK) != 0);
    CHECK(access(fixture_path(fresh), F_OK) == 0);
    CHECK(access(fixture_path(foreign), F_OK) == 0);
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    pool = pool_new(3);
    if (!pool || !fixture_folder_make() || !make_ten()) return 1;
    RUN(test_finds_at_any_depth_in_order);
    RUN(test_what_is_given_twice_is_taken_once);
    RUN(test_odd_files_are_named_and_counted);
    RUN(test_sets_without_audio_are_refused);
    RUN(test_split_is_a_tenth_each_and_repeats);
    RUN(test_split_of_many);
    RUN(test_few_clips_are_in_every_split);
    RUN(test_cache_is_used_again);
    RUN(test_spoilt_cache_is_made_again);
    RUN(test_clips_are_what_the_files_hold);
    RUN(test_threads_do_not_change_the_set);
    RUN(test_cache_that_cannot_be_written);
    RUN(test_stale_entries_are_removed);
    fixture_folder_remove();
    pool_free(pool);
    return check_status();
}
