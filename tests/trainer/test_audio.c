// Audio files in and out: every format, rate and number of channels that people have, and what is
// wrong with some.
#define _XOPEN_SOURCE 700
#include "audio/audio.h"
#include "audio/audio_writer.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

static const double pi = 3.14159265358979323846;

// All that audio_stream_mono() gives.
typedef struct {
    float *samples;
    size_t n;
    AudioFaults faults;
    uint64_t sound;
    Error error;
    bool good;
} Mono;

static bool gather(void *data, const float *samples, size_t n, Error *error)
{
    (void)error;
    Mono *mono = data;
    mono->samples = realloc(mono->samples, (mono->n + n) * sizeof *samples);
    memcpy(mono->samples + mono->n, samples, n * sizeof *samples);
    mono->n += n;
    return true;
}

static Mono read_mono(const char *name, double rate)
{
    Mono mono = {0};
    AudioFacts facts;
    mono.good = audio_stream_mono(fixture_path(name), rate, gather, &mono, &facts, &mono.error);
    mono.faults = facts.faults;
    mono.sound = facts.sound;
    return mono;
}

// dB of a sine over what differs from it, away from the edges.
static double sine_snr(const Mono *mono, double frequency, double amplitude, double rate)
{
    double signal = 0.0, error = 1e-30;
    for (size_t i = mono->n / 10; i < mono->n - mono->n / 10; i++) {
        const double wanted = amplitude * sin(2.0 * pi * frequency * (double)i / rate);
        signal += wanted * wanted;
        error += (wanted - (double)mono->samples[i]) * (wanted - (double)mono->samples[i]);
    }
    return 10.0 * log10(signal / error);
}

static void test_formats_are_read(void)
{
    static const struct {
        const char *name;
        int format;
        int rate;
        double snr; // dB, at least
    } formats[] = {
        {"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 85.0},
        {"a24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100, 120.0},
        {"a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 85.0},
        {"a.au", SF_FORMAT_AU | SF_FORMAT_FLOAT, 44100, 120.0},
        {"a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 44100, 85.0},
        {"a.w64", SF_FORMAT_W64 | SF_FORMAT_FLOAT, 44100, 120.0},
        {"a.caf", SF_FORMAT_CAF | SF_FORMAT_FLOAT, 44100, 120.0},
        {"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 20.0},
        {"a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 20.0},
        {"a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 20.0},
    };
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        const size_t frames = (size_t)formats[f].rate * 2;
        float *samples = fixture_sine(440.0, 0.5, formats[f].rate, 2, frames);
        const bool written =
            fixture_write(formats[f].name, formats[f].format, formats[f].rate, 2, samples, frames);
        free(samples);
        if (!CHECK_MSG(written, "%s: not written", formats[f].name)) continue;
        Mono mono = read_mono(formats[f].name, 22050.0);
        CHECK_MSG(mono.good, "%s: %s", formats[f].name, mono.error.text);
        CHECK_MSG(mono.n == 44100, "%s: %zu samples", formats[f].name, mono.n);
        CHECK_MSG(mono.faults.missing == 0 && mono.faults.not_finite == 0, "%s", formats[f].name);
        const double snr = mono.n > 0 ? sine_snr(&mono, 440.0, 0.5, 22050.0) : 0.0;
        CHECK_MSG(snr > formats[f].snr, "%s: %.1f dB", formats[f].name, snr);
        uint64_t counted = 0;
        double rate = 0.0;
        CHECK(
            audio_count_mono(fixture_path(formats[f].name), 22050.0, &counted, &rate, &mono.error));
        CHECK(rate == formats[f].rate);
        CHECK_MSG(counted == mono.n, "%s: %zu counted", formats[f].name, (size_t)counted);
        free(mono.samples);
    }
}

static void test_rates_are_converted_without_shift(void)
{
    static const int rates[] = {8000,  11025, 16000, 22050, 32000,
                                44100, 48000, 88200, 96000, 192000};
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        const size_t frames = (size_t)rates[r] / 2 + 7;
        float *samples = fixture_sine(1000.0, 0.5, rates[r], 1, frames);
        REQUIRE(
            fixture_write("r.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, rates[r], 1, samples, frames));
        free(samples);
        Mono mono = read_mono("r.wav", 22050.0);
        REQUIRE(mono.good);
        const size_t wanted = (size_t)ceil((double)frames * 22050.0 / rates[r]);
        CHECK_MSG(mono.n == wanted, "%d Hz: %zu samples, not %zu", rates[r], mono.n, wanted);
        const double snr = sine_snr(&mono, 1000.0, 0.5, 22050.0);
        CHECK_MSG(snr > 100.0, "%d Hz: %.1f dB", rates[r], snr);
        free(mono.samples);
    }
}

static void test_channels_are_averaged(void)
{
    for (int channels = 1; channels <= 8; channels++) {
        const size_t frames = 5000;
        float *samples = malloc(frames * (size_t)channels * sizeof *samples);
        for (size_t i = 0; i < frames * (size_t)channels; i++)
            samples[i] = (float)(i % (size_t)channels) / 8.0f;
        REQUIRE(fixture_write("c.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, channels, samples,
                              frames));
        free(samples);
        Mono mono = read_mono("c.wav", 22050.0);
        REQUIRE(mono.good && mono.n == frames);
        const float wanted = (float)(channels - 1) / 16.0f;
        for (size_t i = 0; i < frames; i++) CHECK(fabsf(mono.samples[i] - wanted) < 1e-6f);
        free(mono.samples);
    }
}

static void test_opposite_channels_are_silence(void)
{
    const size_t frames = 30000;
    float *samples = fixture_sine(440.0, 0.5, 44100.0, 2, frames);
    for (size_t i = 0; i < frames; i++) samples[2 * i + 1] = -samples[2 * i];
    REQUIRE(fixture_write("o.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 2, samples, frames));
    free(samples);
    Mono mono = read_mono("o.wav", 22050.0);
    REQUIRE(mono.good);
    for (size_t i = 0; i < mono.n; i++) CHECK(mono.samples[i] == 0.0f);
    free(mono.samples);
}

// Reads a file into bytes[], of at most `room`.
static size_t slurp(const char *name, unsigned char *bytes, size_t room)
{
    FILE *file = fopen(fixture_path(name), "rb");
    const size_t n = file ? fread(bytes, 1, room, file) : 0;
    if (file) fclose(file);
    return n;
}

static void test_header_that_promises_too_much(void)
{
    static unsigned char bytes[100000];
    REQUIRE(fixture_write_sine("whole.wav", 22050, 20000));
    const size_t size = slurp("whole.wav", bytes, sizeof bytes);
    REQUIRE(size == 44 + 40000);
    REQUIRE(fixture_write_bytes("cut.wav", bytes, 44 + 5000));
    Mono mono = read_mono("cut.wav", 22050.0);
    CHECK_MSG(mono.good, "%s", mono.error.text);
    CHECK_MSG(mono.n == 2500, "%zu samples", mono.n);
    CHECK_MSG(mono.faults.missing == 17500, "%d missing", (int)mono.faults.missing);
    free(mono.samples);

    memset(bytes + 40, 0xff, 4); // what programs write that do not know the length yet
    REQUIRE(fixture_write_bytes("piped.wav", bytes, size));
    mono = read_mono("piped.wav", 22050.0);
    CHECK(mono.good && mono.n == 20000 && mono.faults.missing == 0);
    free(mono.samples);
}

static void test_cut_flac_is_read_up_to_the_cut(void)
{
    static unsigned char bytes[400000];
    float *samples = fixture_sine(440.0, 0.5, 22050.0, 1, 60000);
    REQUIRE(
        fixture_write("whole.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 22050, 1, samples, 60000));
    free(samples);
    const size_t size = slurp("whole.flac", bytes, sizeof bytes);
    REQUIRE(fixture_write_bytes("cut.flac", bytes, size / 2));
    Mono mono = read_mono("cut.flac", 22050.0);
    CHECK_MSG(mono.good && mono.n > 10000 && mono.n < 50000, "%zu samples", mono.n);
    CHECK(mono.n + mono.faults.missing == 60000);
    free(mono.samples);
}

static void check_refused(const char *name, const char *reason)
{
    const Mono mono = read_mono(name, 22050.0);
    CHECK_MSG(!mono.good, "%s was read", name);
    CHECK_MSG(strstr(mono.error.text, reason), "%s: '%s', not '%s'", name, mono.error.text, reason);
    CHECK(mono.n == 0);
}

static void test_what_is_no_audio_is_refused(void)
{
    static unsigned char bytes[1000];
    check_refused("nothing.wav", "No such file");
    fixture_subfolder("folder.wav");
    check_refused("folder.wav", "not a regular file");
    REQUIRE(mkfifo(fixture_path("pipe.wav"), 0600) == 0);
    check_refused("pipe.wav", "not a regular file");
    REQUIRE(fixture_write_bytes("empty.wav", "", 0));
    check_refused("empty.wav", "the file is empty");
    REQUIRE(fixture_write_bytes("text.wav", "No music.\n", 10));
    check_refused("text.wav", "Format not recognised");
    REQUIRE(fixture_write_sine("none.wav", 22050, 0));
    check_refused("none.wav", "contains no audio");
    REQUIRE(fixture_write_sine("some.wav", 22050, 300));
    REQUIRE(slurp("some.wav", bytes, sizeof bytes) > 44);
    REQUIRE(fixture_write_bytes("head.wav", bytes, 30));
    check_refused("head.wav", "");
}

static void test_not_finite_samples_are_counted(void)
{
    float *samples = fixture_sine(440.0, 0.5, 22050.0, 2, 10000);
    samples[100] = NAN;
    samples[101] = INFINITY;
    samples[15000] = -INFINITY;
    REQUIRE(fixture_write("n.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 2, samples, 10000));
    Mono mono = read_mono("n.wav", 22050.0);
    REQUIRE(mono.good && mono.n == 10000);
    CHECK(mono.faults.not_finite == 3);
    CHECK(mono.samples[50] == 0.0f);
    CHECK(fabsf(mono.samples[7500] - samples[15001] / 2.0f) < 1e-6f);
    for (size_t i = 0; i < mono.n; i++) CHECK(isfinite(mono.samples[i]));
    free(mono.samples);
    free(samples);
}

static void test_lengths_around_a_piece(void)
{
    static const size_t lengths[] = {1, 2, 4095, 4096, 4097, 8192, 12289};
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        for (int rate = 22050; rate <= 44100; rate += 22050) {
            REQUIRE(fixture_write_sine("l.wav", rate, lengths[l]));
            Mono mono = read_mono("l.wav", 22050.0);
            const size_t wanted = rate == 22050 ? lengths[l] : (lengths[l] + 1) / 2;
            CHECK_MSG(mono.good && mono.n == wanted, "%zu at %d Hz: %zu", lengths[l], rate, mono.n);
            free(mono.samples);
        }
    }
}

static bool stop(void *data, const float *samples, size_t n, Error *error)
{
    (void)samples;
    (void)n;
    *(int *)data += 1;
    return error_set(error, "enough");
}

static void test_sink_stops_the_stream(void)
{
    int calls = 0;
    AudioFacts facts;
    Error error;
    REQUIRE(fixture_write_sine("s.wav", 44100, 100000));
    CHECK(!audio_stream_mono(fixture_path("s.wav"), 22050.0, stop, &calls, &facts, &error));
    CHECK(calls == 1);
    CHECK(strcmp(error.text, "enough") == 0);
}

// ---- Writing ----

static bool write_samples(const char *name, double rate, int channels, const float *samples,
                          size_t frames, uint64_t *clipped, Error *error)
{
    AudioWriter *writer = audio_writer_new(fixture_path(name), rate, channels, error);
    if (!writer) return false;
    if (!audio_write(writer, samples, frames, error)) {
        audio_writer_abandon(writer);
        return false;
    }
    *clipped = audio_writer_clipped(writer);
    return audio_writer_commit(writer, error);
}

static void test_what_is_written_is_read(void)
{
    static const struct {
        const char *name;
        float most; // that a sample may differ
        uint64_t clipped;
    } formats[] = {
        {"w.wav", 0.0f, 0}, {"w.w64", 0.0f, 0}, {"w.flac", 1.3e-7f, 4}, {"w.ogg", 0.2f, 4}};
    float *samples = fixture_sine(440.0, 0.5, 44100.0, 2, 20000);
    samples[4000] = samples[4001] = 1.5f;
    samples[4002] = samples[4003] = -3.0f;
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        Error error;
        uint64_t clipped = 99;
        const bool good =
            write_samples(formats[f].name, 44100.0, 2, samples, 20000, &clipped, &error);
        if (!CHECK_MSG(good, "%s", error.text)) continue;
        CHECK_MSG(clipped == formats[f].clipped, "%s: %d clipped", formats[f].name, (int)clipped);
        Mono mono = read_mono(formats[f].name, 44100.0);
        REQUIRE(mono.good && mono.n == 20000);
        for (size_t i = 3000; i < 20000; i++) {
            if (i > 1900 && i < 2100) continue;
            const float difference = fabsf(mono.samples[i] - samples[2 * i]);
            CHECK_MSG(difference <= formats[f].most, "%s %zu: %g", formats[f].name, i,
                      (double)difference);
        }
        free(mono.samples);
    }
    free(samples);
}

static void test_same_sound_gives_the_same_file(void)
{
    static unsigned char bytes[3][100000], again[100000];
    static const char *const names[] = {"same.wav", "same.w64", "same.flac"};
    float *samples = fixture_sine(440.0, 0.5, 44100.0, 1, 10000);
    size_t size[3];
    Error error;
    uint64_t clipped;
    for (int f = 0; f < 3; f++) {
        REQUIRE(write_samples(names[f], 44100.0, 1, samples, 10000, &clipped, &error));
        size[f] = slurp(names[f], bytes[f], sizeof bytes[f]);
    }
    sleep(1); // a file's time of writing must not be in it
    for (int f = 0; f < 3; f++) {
        REQUIRE(write_samples(names[f], 44100.0, 1, samples, 10000, &clipped, &error));
        CHECK(size[f] > 1000 && slurp(names[f], again, sizeof again) == size[f]);
        CHECK_MSG(memcmp(bytes[f], again, size[f]) == 0, "%s", names[f]);
    }
    free(samples);
}

static int count_files(void)
{
    static int count;
    count = 0;
    FILE *list;
    char command[128];
    snprintf(command, sizeof command, "ls -A %s | wc -l", fixture_folder);
    list = popen(command, "r");
    if (!list || fscanf(list, "%d", &count) != 1) count = -1;
    if (list) pclose(list);
    return count;
}

static void test_unwritable_is_refused_and_leaves_nothing(void)
{
    Error error;
    const int before = count_files();
    CHECK(!audio_writer_new(fixture_path("x.mp3"), 44100.0, 1, &error));
    CHECK(strstr(error.text, ".wav, .w64, .flac or .ogg"));
    CHECK(!audio_writer_new(fixture_path("x.wav"), 44100.5, 1, &error));
    CHECK(!audio_writer_new(fixture_path("x.flac"), 44100.0, 9, &error));
    CHECK(!audio_writer_new(fixture_path("no/x.wav"), 44100.0, 1, &error));
    CHECK(strstr(error.text, "No such file"));
    CHECK(count_files() == before);
}

static void test_full_disk_leaves_nothing(void)
{
    static const struct {
        const char *name;
        size_t frames; // few: they wait in memory until the file is finished
    } files[] = {{"full.wav", 200000}, {"full.flac", 200000}, {"full.ogg", 200000},
                 {"few.wav", 300},     {"few.flac", 300},     {"few.ogg", 300}};
    float *samples = fixture_sine(440.0, 0.5, 44100.0, 2, 200000);
    for (size_t i = 0; i < 400000; i++) samples[i] += (float)(i * 7919 % 1000) / 4000.0f;
    struct rlimit limit, small;
    getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    const int before = count_files();
    for (int f = 0; f < 6; f++) {
        Error error;
        uint64_t clipped;
        small.rlim_cur = files[f].frames > 1000 ? 20000 : 1000;
        setrlimit(RLIMIT_FSIZE, &small);
        const bool good =
            write_samples(files[f].name, 44100.0, 2, samples, files[f].frames, &clipped, &error);
        setrlimit(RLIMIT_FSIZE, &limit);
        CHECK_MSG(!good, "%s was written", files[f].name);
        CHECK_MSG(strstr(error.text, "File too large") || strstr(error.text, "No space left"), "%s",
                  error.text);
    }
    CHECK(count_files() == before);
    free(samples);
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    if (!fixture_folder_make()) return 1;
    RUN(test_formats_are_read);
    RUN(test_rates_are_converted_without_shift);
    RUN(test_channels_are_averaged);
    RUN(test_opposite_channels_are_silence);
    RUN(test_header_that_promises_too_much);
    RUN(test_cut_flac_is_read_up_to_the_cut);
    RUN(test_what_is_no_audio_is_refused);
    RUN(test_not_finite_samples_are_counted);
    RUN(test_lengths_around_a_piece);
    RUN(test_sink_stops_the_stream);
    RUN(test_what_is_written_is_read);
    RUN(test_same_sound_gives_the_same_file);
    RUN(test_unwritable_is_refused_and_leaves_nothing);
    RUN(test_full_disk_leaves_nothing);
    fixture_folder_remove();
    return check_status();
}
