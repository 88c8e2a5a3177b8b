// Latents averaged and put together, parts of files by their names, and the numbers that tell
// sounds apart: against the values themselves, and against what theory says.
#define _XOPEN_SOURCE 700
#include "audio/audio_features.h"
#include "latents/latent_mix.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "options/latent_parts.h"

static Model *model;

// Random values about the model's mean.
static Latent *random_latent(size_t frames, uint32_t seed)
{
    Error error;
    Latent *latent = latent_new(model, frames, &error);
    const RandomKey key = {.seed = seed, .stream = 5};
    const int channels = latent->channels;
    for (size_t t = 0; t < frames; t++)
        random_normal(key, t, latent->values + t * (size_t)channels, channels);
    return latent;
}

static size_t values_of(const Latent *latent)
{
    return latent->frames * (size_t)latent->channels;
}

static void test_average_is_the_mean_of_the_shortest(void)
{
    Error error;
    Latent *of[] = {random_latent(500, 1), random_latent(300, 2), random_latent(400, 3)};
    Latent *average = latent_average(model, of, 3, false, &error);
    REQUIRE(average);
    CHECK(average->frames == 300 && average->samples == 0);
    for (size_t i = 0; i < values_of(average); i++) {
        const double mean =
            ((double)of[0]->values[i] + (double)of[1]->values[i] + (double)of[2]->values[i]) / 3.0;
        CHECK(average->values[i] == (float)mean);
    }
    latent_free(average);
    for (int i = 0; i < 3; i++) latent_free(of[i]);
}

static void test_looped_average_goes_on_to_the_longest(void)
{
    Error error;
    Latent *of[] = {random_latent(500, 1), random_latent(200, 2)};
    Latent *loop = latent_loop(of[1], model, &error);
    Latent *average = latent_average(model, of, 2, true, &error);
    REQUIRE(average && loop);
    CHECK(average->frames == 500);
    const size_t channels = (size_t)average->channels;
    for (size_t i = 0; i < values_of(average); i++) {
        const size_t at = i / channels % loop->frames * channels + i % channels;
        CHECK(average->values[i] ==
              (float)(((double)of[0]->values[i] + (double)loop->values[at]) / 2.0));
    }
    latent_free(average);
    latent_free(loop);
    latent_free(of[0]);
    latent_free(of[1]);
}

static void test_concatenation_keeps_every_value(void)
{
    Error error;
    Latent *of[] = {random_latent(50, 1), random_latent(1, 2), random_latent(70, 3)};
    Latent *whole = latent_concatenate(model, of, 3, 0, &error);
    REQUIRE(whole && whole->frames == 121);
    const size_t a = values_of(of[0]), b = values_of(of[1]), c = values_of(of[2]);
    CHECK(memcmp(whole->values, of[0]->values, a * sizeof(float)) == 0);
    CHECK(memcmp(whole->values + a, of[1]->values, b * sizeof(float)) == 0);
    CHECK(memcmp(whole->values + a + b, of[2]->values, c * sizeof(float)) == 0);
    latent_free(whole);
    for (int i = 0; i < 3; i++) latent_free(of[i]);
}

// Within a fade, sine and cosine of one angle; the fixture's latent mean is 0.
static void test_fade_has_equal_power(void)
{
    enum { FADE = 20 };
    Error error;
    Latent *of[] = {random_latent(50, 1), random_latent(60, 2), random_latent(FADE * 2, 3)};
    Latent *whole = latent_concatenate(model, of, 3, FADE, &error);
    REQUIRE(whole && whole->frames == 50 + 60 + 2 * FADE - 2 * FADE);
    const size_t channels = (size_t)whole->channels;
    for (size_t t = 0; t < FADE; t++) {
        const double angle = acos(0.0) * ((double)t + 0.5) / FADE;
        for (size_t c = 0; c < channels; c++) {
            const double out = (double)of[0]->values[(30 + t) * channels + c];
            const double in = (double)of[1]->values[t * channels + c];
            const double seen = (double)whole->values[(30 + t) * channels + c];
            CHECK(fabs(seen - (cos(angle) * out + sin(angle) * in)) < 1e-6);
        }
    }
    CHECK(memcmp(whole->values, of[0]->values, 30 * channels * sizeof(float)) == 0);
    CHECK(memcmp(whole->values + 50 * channels, of[1]->values + FADE * channels,
                 (60 - 2 * FADE) * channels * sizeof(float)) == 0);
    latent_free(whole);
    CHECK(!latent_concatenate(model, of, 3, FADE + 1, &error) && strstr(error.text, "part 3"));
    for (int i = 0; i < 3; i++) latent_free(of[i]);
}

static void test_parts_are_read(void)
{
    static const struct {
        const char *text;
        double from, to;
        bool from_percent, to_percent;
    } good[] = {
        {"a.wav@0-15", 0.0, 15.0, false, false},
        {"a.wav@1.5-", 1.5, 100.0, false, true},
        {"a.wav@-20", 0.0, 20.0, false, false},
        {"a.wav@50%-75.5%", 50.0, 75.5, true, true},
        {"a.wav@2-90%", 2.0, 90.0, false, true},
        {"a.wav@-", 0.0, 100.0, false, true},
        {"a@b.wav@1e1-20", 10.0, 20.0, false, false},
        {"a.wav@1:02.5-2:00", 62.5, 120.0, false, false},
        {"a.wav@50%", 50.0, 100.0, true, true},
    };
    static const char *const bad[] = {"a.wav@",     "a.wav@1-2-3", "a.wav@x-2",  "a.wav@1-x",
                                      "a.wav@nan-", "a.wav@1--2",  "me@home.wav"};
    Error error;
    TimePart part;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK_MSG(time_part_parse(&part, good[i].text, &error), "%s", good[i].text);
        CHECK_MSG(!part.whole && part.from.value == good[i].from && part.to.value == good[i].to &&
                      part.from.percent == good[i].from_percent &&
                      part.to.percent == good[i].to_percent,
                  "%s: %g-%g", good[i].text, part.from.value, part.to.value);
        free(part.path);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_MSG(!time_part_parse(&part, bad[i], &error), "%s", bad[i]);
    CHECK(time_part_parse(&part, "a.wav", &error) && part.whole);
    free(part.path);
}

// A file whose name looks like a part is a file.
static void test_a_file_of_that_name_comes_first(void)
{
    Error error;
    TimePart part;
    const char *path = fixture_path("song@1-2");
    REQUIRE(fixture_write_bytes("song@1-2", "x", 1));
    CHECK(time_part_parse(&part, path, &error) && part.whole && strcmp(part.path, path) == 0);
    free(part.path);
}

static void test_measures_of_known_sounds(void)
{
    enum { LENGTH = 300000 };
    static float noise[LENGTH];
    static const float silence[3000];
    Error error;
    AudioFeatures measure;
    float *sine = fixture_sine(22050.0 * 100.0 / 1024.0, 1.0, 22050.0, 1, LENGTH);
    REQUIRE(audio_features_measure(&measure, &(Sound){.audio = sine, .samples = LENGTH}, 22050.0,
                                   &error));
    CHECK_MSG(fabs(measure.level + 3.0103) < 0.001, "level %g", measure.level);
    CHECK_MSG(fabs(measure.centroid - 2153.3) < 3.0, "centroid %g", measure.centroid);
    CHECK_MSG(measure.flatness < 1e-4, "flatness %g", measure.flatness);
    random_normal((RandomKey){.seed = 9}, 0, noise, LENGTH);
    REQUIRE(audio_features_measure(&measure, &(Sound){.audio = noise, .samples = LENGTH}, 22050.0,
                                   &error));
    CHECK_MSG(fabs(measure.level) < 0.05, "level %g", measure.level);
    CHECK_MSG(fabs(measure.centroid - 5512.5) < 50.0, "centroid %g", measure.centroid);
    CHECK_MSG(measure.flatness > 0.98, "flatness %g", measure.flatness);
    REQUIRE(audio_features_measure(&measure, &(Sound){.audio = silence, .samples = 3000}, 22050.0,
                                   &error));
    CHECK(isinf(measure.level) && measure.centroid == 0.0 && measure.flatness == 0.0);
    free(sine);
}

int main(void)
{
    model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 3);
    if (!model || !fixture_folder_make()) return 1;
    RUN(test_average_is_the_mean_of_the_shortest);
    RUN(test_looped_average_goes_on_to_the_longest);
    RUN(test_concatenation_keeps_every_value);
    RUN(test_fade_has_equal_power);
    RUN(test_parts_are_read);
    RUN(test_a_file_of_that_name_comes_first);
    RUN(test_measures_of_known_sounds);
    fixture_folder_remove();
    model_free(model);
    return check_status();
}
