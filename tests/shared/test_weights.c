// The weights file and the latent file: what is written comes back, what is wrong is refused
// with its reason.
#include "files/file.h"
#include "files/safetensors.h"
#include "latent/latent.h"
#include "lib/check.h"
#include "lib/fixture.h"

#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/trasluz-weights-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

// A file's bytes, to be spoilt.
typedef struct {
    unsigned char *bytes;
    size_t size;
} Bytes;

static Bytes bytes_of(const char *arch)
{
    Error error;
    Bytes file = {0};
    Model *model = fixture_model(arch, ACTIVATION_TANH, 44100.0, 1);
    file.bytes = model_serialize(model, &file.size, &error);
    model_free(model);
    return file;
}

static Bytes good_bytes(void)
{
    return bytes_of("4k8s4p2,2k3s2p1");
}

static Bytes spectrum_bytes(void)
{
    return bytes_of("spectrum64h32b16f20:6k2s2p0,3k1s1p0");
}

static uint64_t header_length(const Bytes *file)
{
    uint64_t length;
    memcpy(&length, file->bytes, 8);
    return length;
}

// A file of the given header text and `data` bytes of zeros.
static Bytes file_of(const char *header, size_t data)
{
    const uint64_t length = strlen(header);
    Bytes file = {calloc(1, 8 + length + data), 8 + length + data};
    memcpy(file.bytes, &length, 8);
    memcpy(file.bytes + 8, header, length);
    return file;
}

// Replaces text in the header by text of the same length.
static void replace(Bytes *file, const char *from, const char *to)
{
    const size_t n = strlen(from);
    CHECK(n == strlen(to));
    for (size_t i = 8; i + n <= 8 + header_length(file); i++) {
        if (memcmp(file->bytes + i, from, n) == 0) {
            memcpy(file->bytes + i, to, n);
            return;
        }
    }
    CHECK_MSG(false, "'%s' is not in the header", from);
}

// What a browser saves where a link leads to a page about the file.
static Bytes web_page(void)
{
    static const char page[] =
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n";
    Bytes file = {malloc(sizeof page), sizeof page - 1};
    memcpy(file.bytes, page, sizeof page);
    return file;
}

static void check_refused(Bytes file, const char *reason)
{
    Error error = {""};
    Model *model = model_parse(file.bytes, file.size, &error);
    CHECK_MSG(!model, "accepted what should be refused: %s", reason);
    CHECK_MSG(strstr(error.text, reason), "\"%s\" does not say \"%s\"", error.text, reason);
    CHECK(!strchr(error.text, '\n'));
    model_free(model);
    free(file.bytes);
}

static void test_model_comes_back(void)
{
    for (int a = 0; a < FIXTURE_ARCHS + FIXTURE_SPECTRA; a++) {
        Error error;
        Model *model = fixture_model(fixture_any(a), ACTIVATION_SILU, 48000.0, 7);
        REQUIRE(model);
        model->latent_mean[0] = 0.25f;
        snprintf(model->info.trained_on, sizeof model->info.trained_on, "músicas \"x\" & <y>");
        model->info.validation_loss = 0.0021234567;
        model->info.epochs = 12;
        REQUIRE(model_write(model, path_of("model.safetensors"), &error));
        Model *again = model_load(path_of("model.safetensors"), &error);
        REQUIRE(again);
        CHECK(memcmp(model->parameters, again->parameters,
                     arch_parameters(&model->arch) * sizeof(float)) == 0);
        CHECK(again->latent_mean[0] == 0.25f);
        CHECK(again->arch.activation == ACTIVATION_SILU && again->sample_rate == 48000.0);
        CHECK(strcmp(again->info.trained_on, model->info.trained_on) == 0);
        CHECK(fabs(again->info.validation_loss - 0.0021234567) < 1e-12);
        CHECK(again->info.epochs == 12 && isnan(again->info.level));
        model_free(model);
        model_free(again);
    }
}

static void test_fingerprint_follows_the_sound(void)
{
    Error error;
    Model *a = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Model *b = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 2);
    Model *c = fixture_model("normal", ACTIVATION_TANH, 22050.0, 1);
    CHECK(strlen(a->fingerprint) == 64);
    CHECK(strcmp(a->fingerprint, b->fingerprint) != 0);
    CHECK(strcmp(a->fingerprint, c->fingerprint) != 0);
    snprintf(a->info.name, sizeof a->info.name, "renamed");
    REQUIRE(model_write(a, path_of("renamed.safetensors"), &error));
    Model *again = model_load(path_of("renamed.safetensors"), &error);
    CHECK(again && strcmp(a->fingerprint, again->fingerprint) == 0);
    model_free(a);
    model_free(b);
    model_free(c);
    model_free(again);
}

// The statistics of a spectrum, and that each of them belongs to the model's identity.
static void test_statistics_come_back_and_are_identity(void)
{
    Error error;
    Arch arch;
    REQUIRE(arch_parse(&arch, "spectrum64h32b16f20:6k2s2p0,3k1s1p0", ACTIVATION_TANH, &error));
    static float values[FIXTURE_STATISTICS], parameters[2000];
    float mean[3] = {1, 2, 3}, std[3] = {1, 0, 2};
    ModelStatistics all = {.mean = mean, .std = std};
    fixture_spectrum(&arch, values, &all);
    const ModelInfo info = {.level = NAN};
    Model *model = model_new(&arch, 48000, parameters, &all, &info, &error);
    REQUIRE(model && model_write(model, path_of("model.safetensors"), &error));
    Model *again = model_load(path_of("model.safetensors"), &error);
    REQUIRE(again);
    CHECK(memcmp(again->latent_axes, all.axes, 12 * sizeof(float)) == 0);
    CHECK(memcmp(again->latent_axes_std, all.axes_std, 4 * sizeof(float)) == 0);
    CHECK(memcmp(again->band_mean, all.band_mean, 16 * sizeof(float)) == 0);
    CHECK(memcmp(again->band_pca, all.pca, (size_t)3 * 2 * 16 * sizeof(float)) == 0);
    CHECK(strcmp(again->fingerprint, model->fingerprint) == 0);
    CHECK(again->arch.front.kind == FRONT_SPECTRUM && again->arch.front.bands == 16);
    model_free(again);

    float *const changed[] = {
        (float *)(uintptr_t)all.axes,       (float *)(uintptr_t)all.axes_std,
        (float *)(uintptr_t)all.band_mean,  (float *)(uintptr_t)all.pca,
        (float *)(uintptr_t)all.piece_axes, (float *)(uintptr_t)all.piece_std};
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
        changed[i][2] += 0.5f;
        again = model_new(&arch, 48000, parameters, &all, &info, &error);
        REQUIRE(again);
        CHECK_MSG(strcmp(again->fingerprint, model->fingerprint) != 0, "statistic %zu", i);
        model_free(again);
        changed[i][2] -= 0.5f;
    }
    ModelStatistics bad = all;
    bad.piece_axes = NULL;
    CHECK(!model_new(&arch, 48000, parameters, &bad, &info, &error));
    CHECK_MSG(strstr(error.text, "latent.piece_std: one of them is missing"), "%s", error.text);
    const ModelStatistics without_axes = {
        .mean = mean, .std = std, .band_mean = all.band_mean, .pca = all.pca};
    again = model_new(&arch, 48000, parameters, &without_axes, &info, &error);
    REQUIRE(again);
    CHECK(!again->latent_axes && strcmp(again->fingerprint, model->fingerprint) != 0);
    model_free(again);
    model_free(model);

    bad = all;
    bad.band_mean = NULL;
    CHECK(!model_new(&arch, 48000, parameters, &bad, &info, &error));
    CHECK_MSG(strstr(error.text, "latent.band_mean is missing"), "%s", error.text);
    bad = all;
    bad.axes_std = NULL;
    CHECK(!model_new(&arch, 48000, parameters, &bad, &info, &error));
    CHECK_MSG(strstr(error.text, "one of them is missing"), "%s", error.text);
    bad = all;
    changed[1][3] = -1.0f;
    CHECK(!model_new(&arch, 48000, parameters, &bad, &info, &error));
    CHECK_MSG(strstr(error.text, "latent.axes_std: a deviation is negative"), "%s", error.text);
    changed[1][3] = 1.0f;
    changed[3][5] = NAN;
    CHECK(!model_new(&arch, 48000, parameters, &bad, &info, &error));
    CHECK_MSG(strstr(error.text, "latent.pca: a value is not finite"), "%s", error.text);
}

// Version 2 has what readers of version 1 do not know; other files are of version 1 as ever.
static void test_format_version_is_the_least_that_will_do(void)
{
    static const struct {
        const char *arch, *version;
    } cases[] = {{"normal", "1"}, {"espectro", "2"}};
    for (size_t i = 0; i < 2; i++) {
        Error error;
        Bytes file = bytes_of(cases[i].arch);
        Safetensors *parsed = safetensors_parse(file.bytes, file.size, &error);
        REQUIRE(parsed);
        const char *version = safetensors_metadata(parsed, "format_version");
        CHECK(version && strcmp(version, cases[i].version) == 0);
        safetensors_free(parsed);
        free(file.bytes);
    }
    // Axes make a file of version 2 of samples too.
    Error error;
    Arch arch;
    REQUIRE(arch_parse(&arch, "2k4s2p1", ACTIVATION_TANH, &error));
    float parameters[100] = {0}, pair[8] = {1, 0, 0, 1}, four[4] = {1, 1};
    const ModelInfo info = {.level = NAN};
    const ModelStatistics statistics = {.mean = pair, .std = pair, .axes = pair, .axes_std = four};
    Model *model = model_new(&arch, 8000, parameters, &statistics, &info, &error);
    REQUIRE(model);
    Bytes file = {0};
    file.bytes = model_serialize(model, &file.size, &error);
    Model *again = model_parse(file.bytes, file.size, &error);
    CHECK(again && again->latent_axes && again->latent_axes[3] == 1.0f && !again->band_mean);
    model_free(again);
    model_free(model);
    replace(&file, "\"format_version\":\"2\"", "\"format_version\":\"1\"");
    check_refused(file, "latent.axes: format_version 1 has none");
}

static void test_refusals_of_spectra(void)
{
    Bytes file = spectrum_bytes();
    replace(&file, "\"format_version\":\"2\"", "\"format_version\":\"1\"");
    check_refused(file, "format_version 1 has no spectra");

    file = spectrum_bytes();
    replace(&file, "\"format_version\":\"2\"", "\"format_version\":\"3\"");
    check_refused(file, "format_version 3: this version of Trasluz reads 1 and 2");

    file = spectrum_bytes();
    replace(&file, "latent.band_mean", "latent.band_neam");
    check_refused(file, "tensor latent.band_mean is missing");

    file = spectrum_bytes();
    replace(&file, "latent.axes_std", "latent.axes_sdt");
    check_refused(file, "tensors; this architecture has");

    file = spectrum_bytes();
    replace(&file, "\"shape\":[3,2,16]", "\"shape\":[2,3,16]");
    check_refused(file, "latent.pca: shape [2,3,16]; [3,2,16] is needed");

    file = spectrum_bytes();
    replace(&file, "spectrum64h32b16f20", "spectrum64h33b16f20");
    check_refused(file, "spectrum: a hop of 33 samples");

    file = spectrum_bytes();
    replace(&file, "spectrum64h32b16f20", "spectrum64h32b15f20");
    check_refused(file, "is needed");

    file = good_bytes(); // pca is not for samples
    replace(&file, "\"latent.std\"", "\"latent.pca\"");
    check_refused(file, "tensor latent.std is missing");
}

static void test_pytorch_order(void)
{
    Error error;
    Bytes file = good_bytes();
    Safetensors *parsed = safetensors_parse(file.bytes, file.size, &error);
    Model *model = model_parse(file.bytes, file.size, &error);
    REQUIRE(parsed && model);
    const size_t conv[3] = {2, 4, 3}, transposed[3] = {2, 4, 3}; // [out, in, k], [in, out, k]
    const Tensor *encoder = safetensors_require(parsed, "encoder.2.weight", 3, conv, &error);
    const Tensor *decoder = safetensors_require(parsed, "decoder.0.weight", 3, transposed, &error);
    REQUIRE(encoder && decoder);
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(&model->arch, list);
    const float *ours = model->parameters + list[1].weight;
    for (size_t o = 0; o < 2; o++)
        for (size_t i = 0; i < 4; i++)
            for (size_t k = 0; k < 3; k++)
                CHECK(encoder->values[(o * 4 + i) * 3 + k] == ours[(k * 4 + i) * 2 + o]);
    ours = model->parameters + list[2].weight;
    for (size_t i = 0; i < 2; i++)
        for (size_t o = 0; o < 4; o++)
            for (size_t k = 0; k < 3; k++)
                CHECK(decoder->values[(i * 4 + o) * 3 + k] == ours[(i * 3 + k) * 4 + o]);
    safetensors_free(parsed);
    model_free(model);
    free(file.bytes);
}

static void test_every_truncation_is_refused(void)
{
    for (int spectrum = 0; spectrum < 2; spectrum++) {
        const Bytes file = spectrum ? spectrum_bytes() : good_bytes();
        for (size_t size = 0; size < file.size; size++) {
            Error error;
            Model *model = model_parse(file.bytes, size, &error);
            CHECK_MSG(!model, "accepted %zu bytes of %zu", size, file.size);
            model_free(model);
        }
        free(file.bytes);
    }
}

static void test_every_flipped_data_byte_is_refused(void)
{
    Bytes file = good_bytes();
    for (size_t i = 8 + (size_t)header_length(&file); i < file.size; i++) {
        Error error;
        file.bytes[i] ^= 1;
        Model *model = model_parse(file.bytes, file.size, &error);
        CHECK_MSG(!model && strstr(error.text, "checksum"), "byte %zu", i);
        model_free(model);
        file.bytes[i] ^= 1;
    }
    free(file.bytes);
}

static void test_flipped_header_bytes_do_no_harm(void)
{
    for (int spectrum = 0; spectrum < 2; spectrum++) {
        Bytes file = spectrum ? spectrum_bytes() : good_bytes();
        for (size_t i = 0; i < 8 + (size_t)header_length(&file); i++) {
            for (int bit = 0; bit < 8; bit++) {
                Error error;
                file.bytes[i] ^= (unsigned char)(1 << bit);
                model_free(model_parse(file.bytes, file.size, &error));
                file.bytes[i] ^= (unsigned char)(1 << bit);
            }
        }
        free(file.bytes);
    }
}

static void test_refusals(void)
{
    Bytes file = good_bytes();
    file.bytes = realloc(file.bytes, file.size + 4);
    memset(file.bytes + file.size, 0, 4);
    file.size += 4;
    check_refused(file, "the tensors have");

    file = good_bytes();
    const uint64_t lie = UINT64_MAX - 3;
    memcpy(file.bytes, &lie, 8);
    check_refused(file, "cut short: a header of 18446744073709551612 bytes");

    file = good_bytes();
    replace(&file, "decoder.2.bias", "decoder.3.bias");
    check_refused(file, "tensor decoder.2.bias is missing");

    file = good_bytes();
    replace(&file, "\"shape\":[4,1,8]", "\"shape\":[1,4,8]");
    check_refused(file, "encoder.0.weight: shape [1,4,8]; [4,1,8] is needed");

    file = good_bytes();
    replace(&file, "\"data_offsets\":[128,144]", "\"data_offsets\":[112,128]");
    check_refused(file, "overlaps the one before it");

    file = good_bytes();
    replace(&file, "4k8s4p2,2k3s2p1", "4k8s4p2,2k5s2p1");
    check_refused(file, "encoder.2.weight: shape [2,4,3]; [2,4,5] is needed");

    file = good_bytes();
    replace(&file, "\"F32\"", "\"F16\"");
    check_refused(file, "type F16");

    file = good_bytes();
    replace(&file, "\"tanh\"", "\"relu\"");
    check_refused(file, "unknown activation 'relu'");

    file = good_bytes();
    replace(&file, "44100", "00100");
    check_refused(file, "sample rate 100 Hz");

    check_refused(file_of("", 0), "not a safetensors file");
    check_refused(file_of("[]", 0), "not a safetensors file");
    check_refused(file_of("<!DOCTYPE html><html></html>", 0), "not a safetensors file");
    check_refused(web_page(), "not a safetensors file");
    check_refused(file_of("{\"a\":1,\"a\":2}", 0), "header: duplicate object key");
    check_refused(file_of("{}", 0), "no architecture");
    check_refused(file_of("{\"__metadata__\":{\"x\":1}}", 0), "metadata x is not a text");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12),
                  "a hole in the data");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],"
                          "\"data_offsets\":[0,0]}}",
                          0),
                  "shape does not fit");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9999]}}", 4),
                  "outside the file");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4),
                  "shape does not fit");
}

// A file as PyTorch users write it has no checksum, and its values may be anything.
static void test_without_checksum(void)
{
    Bytes file = good_bytes();
    replace(&file, "\"checksum\"", "\"checksux\"");
    Error error;
    Model *model = model_parse(file.bytes, file.size, &error);
    CHECK_MSG(model != NULL, "%s", error.text);
    model_free(model);
    const float nan = NAN, infinity = INFINITY;
    memcpy(file.bytes + file.size - 40, &nan, sizeof nan);
    check_refused((Bytes){memcpy(malloc(file.size), file.bytes, file.size), file.size},
                  "is not finite");
    memcpy(file.bytes + file.size - 40, &infinity, sizeof infinity);
    check_refused(file, "is not finite");
}

// ---- Latent files ----

static void test_latent_comes_back(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Latent *latent = latent_new(model, 1000, &error);
    REQUIRE(latent);
    for (size_t i = 0; i < 8000; i++) latent->values[i] = sinf((float)i);
    latent->samples = 36000;
    snprintf(latent->source, sizeof latent->source, "canción.flac");
    REQUIRE(latent_write(latent, path_of("latent.safetensors"), &error));
    Latent *again = latent_load(path_of("latent.safetensors"), &error);
    REQUIRE(again);
    CHECK(again->channels == 8 && again->frames == 1000 && again->samples == 36000);
    CHECK(again->frame_rate == 612.5);
    CHECK(strcmp(again->source, "canción.flac") == 0);
    CHECK(memcmp(again->values, latent->values, 8000 * sizeof(float)) == 0);
    CHECK(latent_fits(again, model, &error));
    Model *other = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 2);
    CHECK(!latent_fits(again, other, &error));
    CHECK_MSG(strstr(error.text, "made by another model"), "%s", error.text);
    CHECK(!latent_load(path_of("none.safetensors"), &error));
    CHECK(!model_load(path_of("latent.safetensors"), &error));
    CHECK_MSG(strstr(error.text, "format is 'trasluz-latent'"), "%s", error.text);
    latent_free(again);
    snprintf(latent->source, sizeof latent->source, "caf\xe9.flac"); // not UTF-8: left out
    REQUIRE(latent_write(latent, path_of("latent.safetensors"), &error));
    again = latent_load(path_of("latent.safetensors"), &error);
    CHECK_MSG(again && again->source[0] == 0, "%s", error.text);
    latent_free(latent);
    latent_free(again);
    model_free(model);
    model_free(other);
}

// A spectrum's latent has each frame's level beside it.
static void test_latent_of_a_spectrum_comes_back(void)
{
    enum { FRAMES = 100 };
    Error error;
    Model *model = fixture_model("spectrum64h32b16f20:6k2s2p0,3k1s1p0", ACTIVATION_TANH, 48000, 1);
    Model *samples = fixture_model("normal", ACTIVATION_TANH, 22050, 1);
    REQUIRE(model && samples);
    Latent *latent = latent_new(model, FRAMES, &error);
    REQUIRE(latent && latent->levels);
    CHECK(latent->frame_rate == 750 && latent->channels == 3);
    for (size_t t = 0; t < FRAMES; t++) latent->levels[t] = -3.0f + 0.01f * (float)t;
    REQUIRE(latent_write(latent, path_of("latent.safetensors"), &error));
    Latent *again = latent_load(path_of("latent.safetensors"), &error);
    REQUIRE(again && again->levels);
    CHECK(memcmp(again->levels, latent->levels, FRAMES * sizeof(float)) == 0);
    CHECK(latent_fits(again, model, &error));

    Latent *loop = latent_loop(again, model, &error);
    REQUIRE(loop && loop->levels && loop->frames == FRAMES - 25);
    CHECK(loop->levels[30] == again->levels[30]);
    float largest = 0.0f;
    for (size_t t = 0; t < loop->frames; t++) {
        const float next = loop->levels[(t + 1) % loop->frames];
        largest = fmaxf(largest, fabsf(next - loop->levels[t]));
    }
    CHECK_MSG(largest < 0.05f, "step of %g", (double)largest); // a plain repetition: 1
    latent_free(loop);

    float *levels = again->levels;
    again->levels = NULL;
    CHECK(!latent_fits(again, model, &error));
    CHECK_MSG(strstr(error.text, "tensor level is missing"), "%s", error.text);
    again->levels = levels;
    memcpy(again->fingerprint, samples->fingerprint, sizeof again->fingerprint);
    again->channels = 8;
    CHECK(!latent_fits(again, samples, &error));
    CHECK_MSG(strstr(error.text, "has levels"), "%s", error.text);
    again->channels = 3;
    latent_free(again);

    Bytes file = {0};
    file.bytes = latent_serialize(latent, &file.size, &error);
    replace(&file, "\"shape\":[100]", "\"shape\":[ 99]");
    CHECK(!latent_parse(file.bytes, file.size, &error));
    free(file.bytes);
    latent_free(latent);
    latent = latent_new(samples, 10, &error);
    CHECK(latent && !latent->levels);
    latent_free(latent);
    model_free(model);
    model_free(samples);
}

static void test_loop_has_no_seam(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Latent *latent = latent_new(model, 1000, &error);
    for (int c = 0; c < 8; c++) model->latent_mean[c] = 5.0f;
    for (size_t t = 0; t < 1000; t++)
        for (size_t c = 0; c < 8; c++) latent->values[t * 8 + c] = 5.0f + 0.002f * (float)t;
    Latent *loop = latent_loop(latent, model, &error);
    REQUIRE(loop);
    CHECK(loop->frames == 1000 - 31); // 50 ms at 612.5 frames a second
    double largest = 0.0;
    for (size_t t = 0; t < loop->frames; t++) {
        const float next = loop->values[(t + 1) % loop->frames * 8];
        largest = fmax(largest, fabs((double)next - (double)loop->values[t * 8]));
    }
    // A plain repetition would step by 2; the fade spreads that over its 31 frames.
    CHECK_MSG(largest < 0.15, "step of %g", largest);
    latent_free(latent);
    latent_free(loop);
    model_free(model);
}

// ---- The disk ----

static void test_a_full_disk_leaves_what_was_there(void)
{
    Error error;
    Model *old = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Model *other = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 2);
    REQUIRE(model_write(old, path_of("kept.safetensors"), &error));
    // A limit on file sizes fails a write as a full disk does.
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    const bool written = model_write(other, path_of("kept.safetensors"), &error);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(!written);
    CHECK_MSG(strstr(error.text, "kept.safetensors"), "%s", error.text);
    Model *again = model_load(path_of("kept.safetensors"), &error);
    CHECK(again && strcmp(again->fingerprint, old->fingerprint) == 0);
    model_free(old);
    model_free(other);
    model_free(again);
    char command[300];
    snprintf(command, sizeof command, "test -z \"$(ls %s | grep -F kept.safetensors.)\"", folder);
    CHECK(system(command) == 0); // no temporary file is left
}

// Hosts take over the user's locale. tests/locale.sh has one made in which numbers have a comma.
static void test_numbers_have_a_point_in_any_locale(void)
{
    Error error;
    const char *wanted = getenv("COMMA_LOCALE");
    if (wanted) REQUIRE(setlocale(LC_ALL, wanted) && *localeconv()->decimal_point == ',');
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.5, 1);
    model->info.level = -15.25;
    REQUIRE(model_write(model, path_of("point.safetensors"), &error));
    Model *again = model_load(path_of("point.safetensors"), &error);
    REQUIRE(again);
    CHECK(again->sample_rate == 22050.5 && again->info.level == -15.25);
    Latent *latent = latent_new(again, 10, &error);
    REQUIRE(latent && latent_write(latent, path_of("latent.safetensors"), &error));
    Latent *back = latent_load(path_of("latent.safetensors"), &error);
    REQUIRE(back);
    CHECK(back->frame_rate == 22050.5 / 36);
    setlocale(LC_ALL, "C");
    Model *elsewhere = model_load(path_of("point.safetensors"), &error);
    REQUIRE(elsewhere);
    CHECK(strcmp(elsewhere->fingerprint, again->fingerprint) == 0);
    latent_free(latent);
    latent_free(back);
    model_free(model);
    model_free(again);
    model_free(elsewhere);
}

static void test_unreadable_paths(void)
{
    Error error;
    CHECK(!model_load(folder, &error));
    CHECK_MSG(strstr(error.text, "not a regular file"), "%s", error.text);
    REQUIRE(mkfifo(path_of("pipe"), 0600) == 0);
    CHECK(!model_load(path_of("pipe"), &error)); // and it must not hang
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    CHECK(!model_write(model, path_of("no/such/folder.safetensors"), &error));
    CHECK_MSG(strstr(error.text, "No such file"), "%s", error.text);
    model_free(model);
}

int main(void)
{
    if (!mkdtemp(folder)) return 1;
    RUN(test_model_comes_back);
    RUN(test_fingerprint_follows_the_sound);
    RUN(test_statistics_come_back_and_are_identity);
    RUN(test_format_version_is_the_least_that_will_do);
    RUN(test_refusals_of_spectra);
    RUN(test_pytorch_order);
    RUN(test_every_truncation_is_refused);
    RUN(test_every_flipped_data_byte_is_refused);
    RUN(test_flipped_header_bytes_do_no_harm);
    RUN(test_refusals);
    RUN(test_without_checksum);
    RUN(test_latent_comes_back);
    RUN(test_latent_of_a_spectrum_comes_back);
    RUN(test_loop_has_no_seam);
    RUN(test_a_full_disk_leaves_what_was_there);
    RUN(test_numbers_have_a_point_in_any_locale);
    RUN(test_unreadable_paths);
    char command[300];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || check_status();
}
