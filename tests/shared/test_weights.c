// The weights file and the latent file: what is written comes back.
#include "files/file.h"
#include "files/safetensors.h"
#include "latent/latent.h"
#include "lib/bytes_fixture.h"
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

// The header alone needs no more of a file than itself.
static void test_header_is_read_alone(void)
{
    static const char *const models[] = {"normal", "voces"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char path[256];
        Arch arch;
        double rate;
        Error error;
        size_t whole, header;
        snprintf(path, sizeof path, "presets/models/%s.safetensors", models[i]);
        Model *model = model_load(path, &error);
        REQUIRE(model && model_load_header(path, &arch, &rate, NULL, &error));
        CHECK(rate == model->sample_rate && memcmp(&arch, &model->arch, sizeof arch) == 0);
        unsigned char *bytes = file_read(path, SAFETENSORS_FILE_MAX, &whole, &error);
        unsigned char *start = safetensors_read_header(path, &header, &error);
        uint64_t length;
        REQUIRE(bytes && start);
        memcpy(&length, bytes, sizeof length);
        CHECK(header == sizeof length + length && memcmp(start, bytes, header) == 0);
        for (size_t size = 0; size <= header; size += size < 20 ? 1 : header / 3) {
            const char *cut = path_of("cut.safetensors");
            REQUIRE(file_write(cut, bytes, size, &error));
            CHECK(model_load_header(cut, &arch, &rate, NULL, &error) == (size == header));
        }
        REQUIRE(file_write(path_of("cut.safetensors"), bytes, header, &error));
        CHECK(model_load_header(path_of("cut.safetensors"), &arch, &rate, NULL, &error));
        free(bytes);
        free(start);
        model_free(model);
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
    snprintf(latent->source, sizeof latent->source, "caf\xe9.flac"); // not UTF-8
    REQUIRE(latent_write(latent, path_of("latent.safetensors"), &error));
    again = latent_load(path_of("latent.safetensors"), &error);
    CHECK_MSG(again && strcmp(again->source, "caf\\xe9.flac") == 0, "%s", error.text);
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
    file.bytes = latent_serialize(latent, &file.size, &error);
    replace(&file, "\"format_version\":\"2\"", "\"format_version\":\"3\"");
    CHECK(!latent_parse(file.bytes, file.size, &error));
    CHECK_MSG(strstr(error.text, "format_version 3: this version"), "%s", error.text);
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
    RUN(test_header_is_read_alone);
    RUN(test_fingerprint_follows_the_sound);
    RUN(test_statistics_come_back_and_are_identity);
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
