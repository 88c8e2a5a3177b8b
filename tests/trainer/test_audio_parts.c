// Files as people have them: without a length, in several links, cut, damaged. Each is read to its
// end, or what was not is told; and nothing else is written on the terminal.
#define _XOPEN_SOURCE 700
#include "audio/audio.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

#include <fcntl.h>
#include <stdint.h>

enum { RATE = 44100, SECONDS = 3, FRAMES = RATE * SECONDS };

static float sound[FRAMES]; // noise that swells, so that a bit rate varies

typedef struct {
    bool ok;
    size_t frames; // at the file's own rate
    int channels;
    double rate;
    AudioFacts facts;
    char faults[AUDIO_FAULTS_TEXT];
    char noise[64]; // what a library wrote to standard error
    Error error;
} Read;

static bool count(void *data, const float *samples, size_t n, Error *error)
{
    (void)samples;
    (void)error;
    *(size_t *)data += n;
    return true;
}

// Reads a file with standard error in a file.
static Read read_file(const char *name)
{
    Read result = {.ok = false};
    const char *path = fixture_path(name);
    fflush(stderr);
    const int kept = dup(2), log = open(fixture_path("stderr"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(log, 2);
    AudioReader *reader = audio_open(path, &result.error);
    if (reader) {
        result.channels = audio_channels(reader);
        result.rate = audio_rate(reader);
        audio_close(reader);
        result.ok = audio_stream_mono(path, result.rate, count, &result.frames, &result.facts,
                                      &result.error);
        audio_faults_text(&result.facts.faults, result.faults);
    }
    fflush(stderr);
    if (pread(log, result.noise, sizeof result.noise - 1, 0) < 0) result.noise[0] = '!';
    dup2(kept, 2);
    close(kept);
    close(log);
    CHECK_MSG(*result.noise == '\0', "%s: '%s' on standard error", name, result.noise);
    return result;
}

// The frames of a file, at least `low` and at most `high`, and its faults, which begin with a text.
static void check_file(const char *name, size_t low, size_t high, const char *faults)
{
    const Read got = read_file(name);
    CHECK_MSG(got.ok, "%s: %s", name, got.error.text);
    CHECK_MSG(got.frames >= low && got.frames <= high, "%s: %zu frames, not %zu to %zu", name,
              got.frames, low, high);
    CHECK_MSG(*faults ? strncmp(got.faults, faults, strlen(faults)) == 0 : !*got.faults,
              "%s: '%s', not '%s'", name, got.faults, faults);
}

typedef struct {
    unsigned char *bytes;
    size_t size;
} Bytes;

static Bytes load(const char *name)
{
    Bytes file = {.bytes = NULL};
    FILE *stream = fopen(fixture_path(name), "rb");
    if (!stream) return file;
    fseek(stream, 0, SEEK_END);
    file.size = (size_t)ftell(stream);
    rewind(stream);
    file.bytes = malloc(file.size + 4096);
    if (file.bytes && fread(file.bytes, 1, file.size, stream) != file.size) file.size = 0;
    fclose(stream);
    return file;
}

static bool write_joined(const char *name, Bytes first, const void *second, size_t size)
{
    FILE *stream = fopen(fixture_path(name), "wb");
    if (!stream) return false;
    const bool ok = fwrite(first.bytes, 1, first.size, stream) == first.size &&
                    fwrite(second, 1, size, stream) == size;
    return fclose(stream) == 0 && ok;
}

// Writes the file with `length` bytes at `at` changed.
static bool write_hole(const char *name, Bytes file, size_t at, size_t length)
{
    unsigned char *copy = malloc(file.size);
    if (!copy) return false;
    memcpy(copy, file.bytes, file.size);
    for (size_t i = at; i < at + length && i < file.size; i++)
        copy[i] = (unsigned char)(copy[i] ^ (0x5a + i * 7));
    const bool ok = fixture_write_bytes(name, copy, file.size);
    free(copy);
    return ok;
}

static bool write_mp3(const char *name, int rate, int channels, int mode)
{
    SF_INFO info = {.samplerate = rate,
                    .channels = channels,
                    .format = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III};
    SNDFILE *file = sf_open(fixture_path(name), SFM_WRITE, &info);
    if (!file) return false;
    sf_command(file, SFC_SET_BITRATE_MODE, &mode, sizeof mode);
    sf_write_float(file, sound, FRAMES / channels * channels);
    return sf_close(file) == 0;
}

static bool has_text(Bytes file, const char *text)
{
    for (size_t i = 0; i + 4 < file.size; i++)
        if (memcmp(file.bytes + i, text, 4) == 0) return true;
    return false;
}

static const char tag[129] = "TAGsomebody's song";

// ---- MP3 ----

// Returns where the first frame begins.
static size_t first_of(Bytes mp3)
{
    size_t at = 0;
    while (mp3.bytes[at] != 0xff || (mp3.bytes[at + 1] & 0xfe) != 0xfa) at++;
    return at;
}

enum { DELAY = 2 * 1152 + 1105 }; // frames that an MP3 without a header may have more

static void test_mp3(void)
{
    REQUIRE(write_mp3("v.mp3", RATE, 1, SF_BITRATE_MODE_VARIABLE));
    REQUIRE(write_mp3("c.mp3", RATE, 1, SF_BITRATE_MODE_CONSTANT));
    Bytes vbr = load("v.mp3"), cbr = load("c.mp3");
    REQUIRE(vbr.size > 4000 && cbr.size > 4000);
    check_file("v.mp3", FRAMES, FRAMES, "");

    // Without its first frame, which tells the length. 417 bytes are a frame of 128 kbit/s.
    size_t first = 300;
    while (first < 2000 && (vbr.bytes[first] != 0xff || (vbr.bytes[first + 1] & 0xfe) != 0xfa))
        first++;
    REQUIRE(has_text(vbr, "Xing") || has_text(vbr, "Info"));
    REQUIRE(fixture_write_bytes("bare.mp3", vbr.bytes + first, vbr.size - first));
    check_file("bare.mp3", FRAMES, FRAMES + DELAY, "");

    // Tags and padding are no damage.
    REQUIRE(write_joined("tag.mp3", cbr, tag, 128));
    check_file("tag.mp3", FRAMES, FRAMES, "");
    char ape[128] = "APETAGEX\xd0\x07\0\0\x60\0\0\0\0\0\0\0\0\0\0\xa0";
    memcpy(ape + 96, "APETAGEX\xd0\x07\0\0\x60\0\0\0\0\0\0\0\0\0\0\x80", 24);
    REQUIRE(write_joined("ape.mp3", cbr, ape, 128));
    check_file("ape.mp3", FRAMES, FRAMES, "");
    char id3[40] = "ID3\4\0\0\0\0\0\x1e";
    REQUIRE(write_joined("id3.mp3", (Bytes){(unsigned char *)id3, 40}, cbr.bytes, cbr.size));
    check_file("id3.mp3", FRAMES, FRAMES, "");
    REQUIRE(write_joined("zeros.mp3", cbr, (char[500]){0}, 500));
    check_file("zeros.mp3", FRAMES, FRAMES, "");

    // Damage.
    REQUIRE(fixture_write_bytes("cut.mp3", cbr.bytes, cbr.size / 2));
    check_file("cut.mp3", FRAMES / 2 - 2 * DELAY, FRAMES / 2, "file is truncated: ");
    REQUIRE(fixture_write_bytes("barecut.mp3", vbr.bytes + first, (vbr.size - first) / 2));
    check_file("barecut.mp3", FRAMES / 4, FRAMES - FRAMES / 4, "file is truncated: it ends in the");
    REQUIRE(write_hole("hole.mp3", cbr, cbr.size / 2, 900));
    check_file("hole.mp3", FRAMES - 6 * 1152, FRAMES, "file is damaged in 1 place, ");
    REQUIRE(write_hole("start.mp3", cbr, cbr.size / 50, 900));
    check_file("start.mp3", FRAMES - 6 * 1152, FRAMES, "file is damaged in 1 place, ");
    // The side information of a frame whose header is whole. All frames have the same length.
    size_t frame = cbr.size / 2;
    while (memcmp(cbr.bytes + frame, cbr.bytes + first_of(cbr), 2) != 0) frame++;
    unsigned char kept[17];
    memcpy(kept, cbr.bytes + frame + 4, sizeof kept);
    memset(cbr.bytes + frame + 4, 0xff, sizeof kept);
    REQUIRE(fixture_write_bytes("side.mp3", cbr.bytes, cbr.size));
    check_file("side.mp3", FRAMES - 1, FRAMES, "file is damaged in 1 place");
    memcpy(cbr.bytes + frame + 4, kept, sizeof kept);
    REQUIRE(write_joined("junk.mp3", cbr, "what a broken program wrote", 27));
    check_file("junk.mp3", FRAMES, FRAMES, "file is damaged in 1 place, 27 bytes skipped");
    REQUIRE(write_joined("lead.mp3", (Bytes){(unsigned char *)"some garbage bytes", 18}, cbr.bytes,
                         cbr.size));
    check_file("lead.mp3", FRAMES, FRAMES, "file is damaged in 1 place, 18 bytes skipped");

    // Joined ones may differ in rate and channels: those of the first are kept.
    REQUIRE(write_mp3("low.mp3", 22050, 2, SF_BITRATE_MODE_CONSTANT));
    Bytes low = load("low.mp3");
    REQUIRE(write_joined("both.mp3", cbr, low.bytes, low.size));
    check_file("both.mp3", 2 * FRAMES, 2 * FRAMES + 4 * DELAY, "");
    free(vbr.bytes);
    free(cbr.bytes);
    free(low.bytes);
}

// ---- Ogg and FLAC ----

static void check_links(const char *ending, int format, int rate, int other_rate)
{
    char one[32], other[32], name[32];
    snprintf(one, sizeof one, "one.%s", ending);
    snprintf(other, sizeof other, "other.%s", ending);
    REQUIRE(fixture_write(one, format, rate, 1, sound, FRAMES));
    REQUIRE(fixture_write(other, format, other_rate, 2, sound, FRAMES / 2));
    Bytes first = load(one), second = load(other);
    REQUIRE(first.size > 1000 && second.size > 1000);
    const size_t more = (size_t)((double)(FRAMES / 2) * rate / other_rate);
    check_file(one, FRAMES, FRAMES, "");

    snprintf(name, sizeof name, "twice.%s", ending);
    REQUIRE(write_joined(name, first, first.bytes, first.size));
    check_file(name, 2 * FRAMES, 2 * FRAMES, "");
    snprintf(name, sizeof name, "chain.%s", ending);
    REQUIRE(write_joined(name, first, second.bytes, second.size));
    check_file(name, FRAMES + more - 2, FRAMES + more + 2, "");
    snprintf(name, sizeof name, "tag.%s", ending);
    REQUIRE(write_joined(name, first, tag, 128));
    check_file(name, FRAMES, FRAMES, "");

    snprintf(name, sizeof name, "cut.%s", ending);
    REQUIRE(fixture_write_bytes(name, first.bytes, first.size / 2));
    check_file(name, FRAMES / 4, FRAMES - FRAMES / 4, "file is truncated: ");
    snprintf(name, sizeof name, "hole.%s", ending);
    REQUIRE(write_hole(name, first, first.size / 2, 100));
    check_file(name, FRAMES / 2, FRAMES, "file is damaged in 1 place");
    // Damage in the second link is found too.
    unsigned char *both = malloc(first.size + second.size);
    REQUIRE(both);
    memcpy(both, first.bytes, first.size);
    memcpy(both + first.size, second.bytes, second.size);
    snprintf(name, sizeof name, "second.%s", ending);
    REQUIRE(write_hole(name, (Bytes){both, first.size + second.size}, first.size + second.size / 2,
                       100));
    check_file(name, FRAMES, FRAMES + more, "file is damaged in 1 place");
    free(both);
    free(first.bytes);
    free(second.bytes);
}

static void test_vorbis(void)
{
    check_links("ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 22050);
}

static void test_opus(void)
{
    check_links("opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 24000);
}

static void test_flac(void)
{
    check_links("flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 22050);
}

// ---- WAV ----

static void put_32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(value >> 8 * i);
}

static void check_sizes(int format, const char *name)
{
    REQUIRE(fixture_write("w.wav", SF_FORMAT_WAV | format, RATE, 1, sound, FRAMES));
    Bytes wav = load("w.wav");
    REQUIRE(wav.size > FRAMES);
    size_t data = 12;
    while (memcmp(wav.bytes + data, "data", 4) != 0) data++;
    const uint64_t whole = read_file("w.wav").facts.sound;
    static const uint32_t sizes[] = {0, 8000, 0xffffffff, 0x7ffff000, 0x80000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        put_32(wav.bytes + 4, sizes[i] ? sizes[i] + 36 : 0);
        put_32(wav.bytes + data + 4, sizes[i]);
        REQUIRE(fixture_write_bytes(name, wav.bytes, wav.size));
        check_file(name, FRAMES, FRAMES, "");
        CHECK(read_file(name).facts.sound == whole);
    }
    free(wav.bytes);
}

// Sizes that programs announce where they cannot go back to write them; and 0.
static void check_aiff(int format, const char *name)
{
    static const unsigned char sizes[][4] = {{0x7f, 0, 0, 8}, {0xff, 0xff, 0xff, 0xff}, {0}};
    REQUIRE(fixture_write("a.aiff", SF_FORMAT_AIFF | format, RATE, 1, sound, FRAMES));
    Bytes aiff = load("a.aiff");
    REQUIRE(aiff.size > FRAMES);
    size_t frames = 12, data = 12;
    while (memcmp(aiff.bytes + frames, "COMM", 4) != 0) frames++;
    while (memcmp(aiff.bytes + data, "SSND", 4) != 0) data++;
    const uint64_t whole = read_file("a.aiff").facts.sound;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memcpy(aiff.bytes + 4, sizes[i], 4);
        memcpy(aiff.bytes + frames + 10, sizes[i], 4);
        memcpy(aiff.bytes + data + 4, sizes[i], 4);
        REQUIRE(fixture_write_bytes(name, aiff.bytes, aiff.size));
        check_file(name, FRAMES, FRAMES, "");
        CHECK(read_file(name).facts.sound == whole);
    }
    free(aiff.bytes);
}

static void test_aiff(void)
{
    check_aiff(SF_FORMAT_PCM_16, "16.aiff");
    check_aiff(SF_FORMAT_PCM_24, "24.aiff");
    check_aiff(SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, "sowt.aiff");
    check_aiff(SF_FORMAT_PCM_24 | SF_ENDIAN_LITTLE, "42n1.aiff");
    check_aiff(SF_FORMAT_PCM_32 | SF_ENDIAN_LITTLE, "23ni.aiff");
    check_aiff(SF_FORMAT_PCM_U8, "raw.aiff");
    check_aiff(SF_FORMAT_FLOAT, "fl32.aiff");
    check_aiff(SF_FORMAT_DOUBLE, "fl64.aiff");
    check_aiff(SF_FORMAT_ULAW, "ulaw.aiff");
    check_aiff(SF_FORMAT_ALAW, "alaw.aiff");
    REQUIRE(fixture_write("a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, RATE, 1, sound, FRAMES));
    Bytes aiff = load("a.aiff");
    REQUIRE(aiff.bytes && fixture_write_bytes("cut.aiff", aiff.bytes, aiff.size / 2));
    check_file("cut.aiff", FRAMES / 2 - 60, FRAMES / 2 + 60, "file is truncated: ");
    free(aiff.bytes);
}

static void test_wav(void)
{
    check_sizes(SF_FORMAT_PCM_16, "16.wav");
    check_sizes(SF_FORMAT_PCM_24, "24.wav");
    check_sizes(SF_FORMAT_FLOAT, "float.wav");
    REQUIRE(fixture_write("w.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 1, sound, FRAMES));
    Bytes wav = load("w.wav");
    REQUIRE(wav.bytes);
    // Chunks, tags and padding after the data are no sound.
    REQUIRE(write_joined("list.wav", wav, "LIST\x0a\0\0\0INFOISFT\0\0", 18));
    check_file("list.wav", FRAMES, FRAMES, "");
    REQUIRE(write_joined("tag.wav", wav, tag, 128));
    check_file("tag.wav", FRAMES, FRAMES, "");
    REQUIRE(write_joined("zeros.wav", wav, (char[1000]){0}, 1000));
    check_file("zeros.wav", FRAMES, FRAMES, "");
    REQUIRE(fixture_write_bytes("cut.wav", wav.bytes, wav.size / 2));
    check_file("cut.wav", FRAMES / 2 - 30, FRAMES / 2 + 30, "file is truncated: ");
    free(wav.bytes);
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    uint32_t state = 1;
    for (int i = 0; i < FRAMES; i++) {
        state = state * 1664525u + 1013904223u;
        const float level = (float)i / FRAMES * (i / 8000 % 2 ? 0.5f : 0.01f);
        sound[i] = level * (float)((int)(state >> 16) - 32768) / 32768.0f;
    }
    RUN(test_mp3);
    RUN(test_vorbis);
    RUN(test_opus);
    RUN(test_flac);
    RUN(test_aiff);
    RUN(test_wav);
    fixture_folder_remove();
    return check_status();
}
