// Files from strangers: each limit of shared/FORMAT.md is reported and enforced, and what lies
// within all of them takes no more memory than it says.
#include "engine/engine_state.h"
#include "files/safetensors.h"
#include "lib/check.h"
#include "lib/fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// What shared/FORMAT.md says, in bytes.
#define READING_MAX ((size_t)512 << 20) // while a file is read
#define PLAYING_MAX ((size_t)256 << 20) // by an engine, for each audio channel

enum { CHILD_FAILED = 1, CHILD_WENT_TOO_FAR = 2 };

// ---- Limits of playing ----

static void check_engine(const char *text, double model_rate, double host_rate, const char *reason)
{
    Error error = {""};
    Model *model = fixture_model(text, ACTIVATION_TANH, model_rate, 1);
    REQUIRE(model);
    Engine *engine = engine_new(model, NULL, host_rate, 1, &error);
    CHECK_MSG(!engine == (reason != NULL), "%s: %s", text, error.text);
    if (reason) CHECK_MSG(strstr(error.text, reason), "%s: \"%s\"", text, error.text);
    engine_free(engine);
    model_free(model);
}

static void test_latency_is_limited(void)
{
    check_engine("4k1024s1024p0,2k9s9p0", 8000, 8000, NULL);
    check_engine("4k1024s1024p0,2k9s9p0", 8000, 192000, "a latency of 2");
    check_engine("1k1024s1p0,1k1024s1024p0,1k1024s1p0", 8000, 8000, "a latency of 1");
}

static void test_latent_values_are_limited(void)
{
    check_engine("62k1s1p0", 8000, 8000, NULL);
    check_engine("63k1s1p0", 8000, 8000, "504000 latent values per second");
}

static void test_work_is_limited(void)
{
    check_engine("512k4s4p0,64k4s4p0", 44100, 44100, "million multiply-adds");
    check_engine("256k4s4p0,64k4s4p0", 22050, 44100, NULL);
    // Neither activations nor what vectors have more than a layer's channels is for nothing.
    check_engine("1024k1s1p0,1k1s1p0", 32000, 32000, "million multiply-adds");
    check_engine("8k1000s1p0,1k1s1p0,1k1000s1p0,8k1s1p0,1k1s1p0", 40000, 40000,
                 "million multiply-adds");
}

// What waits inside comes out at once, on the audio thread.
static void test_work_of_a_jump_is_limited(void)
{
    check_engine("32k8s4p2,56k1024s8p508", 8000, 8000, "multiply-adds at once");
    check_engine("32k8s4p2,56k128s8p60", 8000, 8000, NULL);
}

// However long a network remembers, it is given what came before a jump only as far as the work for
// that is limited.
static void test_work_of_a_history_is_limited(void)
{
    enum { RATE = 22050 };
    Error error;
    Model *model = fixture_model("64k4s4p0,r16k9d1024,16k4s4p0", ACTIVATION_TANH, RATE, 1);
    REQUIRE(model);
    Engine *engine = engine_new(model, NULL, RATE, 1, &error);
    REQUIRE(engine);
    const double work = engine_work(model) / RATE; // for a sample
    CHECK(codec_memory(model) > RATE && RATE * work > 2.0 * ENGINE_JUMP_MAX);
    const double given = (double)engine->history - 3.0; // it is rounded up
    CHECK_MSG(given * work <= ENGINE_JUMP_MAX, "%g samples of %g multiply-adds", given, work);
    engine_free(engine);
    model_free(model);
}

static void test_memory_of_layers_is_limited(void)
{
    check_engine("16k16s16p0,r1k9d1024", 8000, 8000, NULL);
    check_engine("16k16s16p0,r1k1000d1024,r1k1000d1024", 8000, 8000, "its layers remember");
}

// A spectrum's transforms count as work, its hop as latency.
static void test_spectra_are_limited(void)
{
    check_engine("espectro", 48000, 192000, NULL);
    check_engine("espectro_directo", 48000, 8000, NULL);
    check_engine("spectrum64h32b16f60:1k1s1p0", 192000, 192000, NULL);
    check_engine("spectrum1024h8b40f60:4k1s1p0", 48000, 48000, "million multiply-adds");
    check_engine("spectrum8192h64b40f60:4k1s1p0", 48000, 48000, "million multiply-adds");
    check_engine("spectrum2048h1024b64f60:4k4s4p0", 8000, 192000, "a latency of 1");
    check_engine("spectrum2048h1024b64f60:4k4s4p0", 8000, 8000, NULL);
    check_engine("spectrum8192h4096b512f60:64k1s1p0,r1k900d100", 48000, 48000,
                 "its layers remember");
}

// Beside the network's, that of transforms in each frame.
static void test_work_of_a_spectrum_is_counted(void)
{
    Model *small = fixture_model("spectrum512h128b32f60:16k1s1p0", ACTIVATION_TANH, 48000, 1);
    Model *large = fixture_model("spectrum2048h128b32f60:16k1s1p0", ACTIVATION_TANH, 48000, 1);
    REQUIRE(small && large);
    const double network = 375 * (32 * 16 + 32 * 16 + 16 * 32 + 32 * 32);
    const double least = engine_work(small) - network;
    CHECK_MSG(least > 375 * 2 * 512 * 9, "%g", least);
    CHECK_MSG(engine_work(large) - engine_work(small) > 3.5 * least, "%g and %g",
              engine_work(large), engine_work(small));
    model_free(small);
    model_free(large);
}

static void test_shipped_sizes_are_far_from_the_limits(void)
{
    static const char *const name[] = {"extra_chico", "chico", "normal", "grande", "figure3_2"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        Error error;
        Model *model = fixture_model(name[i], ACTIVATION_SILU, 22050, 1);
        REQUIRE(model);
        CHECK_MSG(engine_work(model) < ENGINE_WORK_MAX / 4, "%s: %g", name[i], engine_work(model));
        CHECK_MSG(engine_jump_work(model) < ENGINE_JUMP_MAX / 16, "%s: %g", name[i],
                  engine_jump_work(model));
        CHECK(engine_limits_check(model, 192000, &error));
        model_free(model);
    }
}

// What is counted is what is done, in whole vectors, and an activation for 32.
static void test_work_is_counted(void)
{
    Model *model = fixture_model("32k4s4p0,r16k3d2,16k2s2p0", ACTIVATION_TANH, 8000, 1);
    REQUIRE(model);
    const double encoder = 2000 * (4 * 32 + 32 * 32) + 2000 * (3 * 32 * 16 + 16 * 32 + 32 * 16) +
                           1000 * (2 * 32 * 16 + 32 * 16);
    const double decoder = 1000 * (16 * 64 + 32 * 64) + 2000 * (3 * 32 * 16 + 16 * 32 + 32 * 16) +
                           2000 * (32 * 16 + 32 * 4);
    CHECK_MSG(engine_work(model) == encoder + decoder, "%g, not %g", engine_work(model),
              encoder + decoder);
    model_free(model);
}

// ---- Memory ----

static size_t address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1) abort();
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

// Runs `task` in a child that can take so many more bytes; the task is true where it did not miss
// any. Sanitizers take address space for themselves, so with them no bound is set.
static void check_within(size_t bytes, bool (*task)(void), const char *name)
{
    fflush(NULL);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
#ifndef __SANITIZE_ADDRESS__
        const rlim_t most = address_space() + bytes;
        setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
#else
        (void)bytes, (void)address_space;
#endif
        _exit(task() ? 0 : CHILD_WENT_TOO_FAR);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %d", name, status);
}

// True if the bytes are parsed, or refused for another reason than memory, as often as they should.
static bool reads(const unsigned char *bytes, size_t size, bool accepted)
{
    Error error = {""};
    Model *model = model_parse(bytes, size, &error);
    const bool good = !model == !accepted && !strstr(error.text, "memory");
    model_free(model);
    return good;
}

// A header of one piece of text, again and again.
static bool reads_header_of(const char *piece)
{
    const uint64_t length = SAFETENSORS_HEADER_MAX;
    const size_t size = 8 + SAFETENSORS_FILE_MAX / 2;
    unsigned char *bytes = calloc(1, size);
    if (!bytes) return false;
    memcpy(bytes, &length, 8);
    for (size_t i = 0; i < length; i++) bytes[8 + i] = (unsigned char)piece[i % strlen(piece)];
    memcpy(bytes + 8, "{\"a\":[", 6);
    memcpy(bytes + 8 + length - 4, "0]}}", 4);
    const bool good = reads(bytes, size, false);
    free(bytes);
    return good;
}

static bool read_objects(void)
{
    return reads_header_of("{},");
}

static bool read_numbers(void)
{
    return reads_header_of("0,");
}

static bool read_depths(void)
{
    return reads_header_of("[");
}

static void test_headers_take_little_memory(void)
{
    check_within(READING_MAX / 2, read_objects, "objects");
    check_within(READING_MAX / 2, read_numbers, "numbers");
    check_within(READING_MAX / 2, read_depths, "depths");
}

// The most parameters, in layers that vectors make larger.
static bool read_largest(void)
{
    Error error;
    Model *model = fixture_model("1024k1024s1p0,7k1023s1p0", ACTIVATION_TANH, 8000, 1);
    size_t size;
    unsigned char *bytes = model ? model_serialize(model, &size, &error) : NULL;
    model_free(model);
    if (!bytes || size > SAFETENSORS_FILE_MAX) return false;
    const bool good = reads(bytes, size, true);
    free(bytes);
    return good;
}

static void test_largest_model_is_read(void)
{
    check_within(READING_MAX, read_largest, "largest");
}

// Near the limits of latent values and of what layers remember.
static bool play_largest(void)
{
    Error error;
    Model *model = fixture_model("62k16s1p15,r1k2d1", ACTIVATION_LEAKY_RELU, 8000, 1);
    Engine *engine = model ? engine_new(model, NULL, 8000, 2, &error) : NULL;
    const bool good = engine;
    engine_free(engine);
    model_free(model);
    return good;
}

static void test_largest_engine_plays(void)
{
    check_within(2 * PLAYING_MAX, play_largest, "largest");
}

// Of one input channel, so that each weight is made up to a whole vector.
static void test_packed_weights_are_limited(void)
{
    static const char header[] =
        "{\"__metadata__\":{\"sample_rate\":\"8000\",\"architecture\":"
        "\"1024k1s1p0,1k1024s1p0,1024k1s1p0,1k1024s1p0,1024k1s1p0,1k1024s1p0\"}}";
    const uint64_t length = sizeof header - 1;
    unsigned char bytes[8 + sizeof header];
    Error error = {""};
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, sizeof header);
    CHECK(!model_parse(bytes, 8 + (size_t)length, &error));
    CHECK_MSG(strstr(error.text, "weights in whole vectors"), "%s", error.text);
}

int main(void)
{
    RUN(test_latency_is_limited);
    RUN(test_latent_values_are_limited);
    RUN(test_work_is_limited);
    RUN(test_work_of_a_jump_is_limited);
    RUN(test_work_of_a_history_is_limited);
    RUN(test_memory_of_layers_is_limited);
    RUN(test_spectra_are_limited);
    RUN(test_work_of_a_spectrum_is_counted);
    RUN(test_shipped_sizes_are_far_from_the_limits);
    RUN(test_work_is_counted);
    RUN(test_headers_take_little_memory);
    RUN(test_largest_model_is_read);
    RUN(test_largest_engine_plays);
    RUN(test_packed_weights_are_limited);
    return check_status();
}
