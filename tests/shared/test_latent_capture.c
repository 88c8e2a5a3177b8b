// Capture: a recording becomes the reference.
#include "lib/check.h"
#include "lib/latent_fixture.h"

static void test_capture_becomes_the_reference(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    float values[FRAMES * CHANNELS];
    number_frames(values, FRAMES);
    LatentSettings settings = {LATENT_NEUTRAL, .blend = 1.0f};
    latent_ops_process(&ops, &settings, values, 500);
    CHECK(values[499 * CHANNELS] == 499.0f); // without a reference blend does nothing
    settings.capture = true;
    latent_ops_process(&ops, &settings, values + 500 * CHANNELS, 500);
    CHECK(values[999 * CHANNELS] == 999.0f);
    settings.capture = false;
    latent_ops_process(&ops, &settings, values + 1000 * CHANNELS, 2000);
    // 500 frames with a seam of 25: a loop of 475, played by position.
    for (size_t t = 1100; t < FRAMES; t++) {
        const size_t at = t % 475;
        if (at >= 25) CHECK(values[t * CHANNELS] == (float)(500 + at));
    }
    Latent *copy = latent_capture_copy(latent_ops_capture(&ops));
    REQUIRE(copy);
    CHECK(copy->frames == 475 && copy->values[30 * CHANNELS] == 530.0f);
    Error error;
    CHECK(latent_fits(copy, model, &error));

    // Put back into another instance it sounds the same.
    LatentOps other;
    REQUIRE(latent_ops_init(&other, model, NULL, 0));
    latent_capture_restore(latent_ops_capture(&other), copy);
    latent_ops_reset(&other);
    float again[1000 * CHANNELS], same[1000 * CHANNELS];
    number_frames(again, 1000);
    number_frames(same, 1000);
    latent_ops_locate(&ops, 7000, 7000);
    latent_ops_locate(&other, 7000, 7000);
    latent_ops_process(&ops, &settings, again, 1000);
    latent_ops_process(&other, &settings, same, 1000);
    CHECK(memcmp(again, same, sizeof again) == 0);
    latent_free(copy);
    latent_ops_free(&other);
    latent_ops_free(&ops);
}

static void test_capture_starts_without_a_click(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    float values[FRAMES * CHANNELS];
    wave_frames(values, FRAMES);
    const double usual = largest_step(values, 0, FRAMES);
    LatentSettings settings = {LATENT_NEUTRAL, .blend = 1.0f, .capture = true};
    latent_ops_process(&ops, &settings, values, 777);
    settings.capture = false;
    latent_ops_process(&ops, &settings, values + 777 * CHANNELS, 523);
    settings.capture = true; // again, while the first is heard
    latent_ops_process(&ops, &settings, values + 1300 * CHANNELS, 300);
    settings.capture = false;
    latent_ops_process(&ops, &settings, values + 1600 * CHANNELS, FRAMES - 1600);
    const double step = largest_step(values, 0, FRAMES);
    CHECK_MSG(step < usual + 2.0 * 1.6 / 25.0, "a step of %g; the signal's own is %g", step, usual);
    latent_ops_free(&ops);
}

// A recording that is wanted again at once must not write over the one that still fades out.
static void test_capture_may_begin_again_at_once(void)
{
    float values[FRAMES * CHANNELS];
    wave_frames(values, FRAMES);
    const double usual = largest_step(values, 0, FRAMES);
    double step = 0.0;
    for (size_t period = 200; period < 400; period += 10) { // so that it meets what is read
        LatentOps ops;
        REQUIRE(latent_ops_init(&ops, model, NULL, 0));
        wave_frames(values, FRAMES);
        LatentSettings settings = {LATENT_NEUTRAL, .blend = 1.0f};
        for (size_t t = 0; t < FRAMES; t += 10) {
            settings.capture = t % period != 0; // ends for 10 frames only; the fade takes 25
            latent_ops_process(&ops, &settings, values + t * CHANNELS, 10);
        }
        step = fmax(step, largest_step(values, 0, FRAMES));
        latent_ops_free(&ops);
    }
    // A fade between two places of the wave, and a seam of equal power about a mean that is 2 away.
    CHECK_MSG(step < 0.25, "a step of %g; the signal's own is %g", step, usual);
}

static void test_capture_stops_where_it_is_full(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    REQUIRE(latent_capture_reserve(latent_ops_capture(&ops)));
    enum { ALL = 20000, MOST = 15000 };
    float *values = malloc(ALL * CHANNELS * sizeof(float));
    number_frames(values, ALL);
    LatentSettings settings = {LATENT_NEUTRAL, .capture = true};
    latent_ops_process(&ops, &settings, values, ALL - 1);
    settings.capture = false;
    latent_ops_process(&ops, &settings, values, 1);
    Latent *copy = latent_capture_copy(latent_ops_capture(&ops));
    REQUIRE(copy);
    CHECK_MSG(copy->frames == MOST - 25, "%zu frames", copy->frames);
    latent_free(copy);
    free(values);
    latent_ops_free(&ops);
}

// Records `frames` frames. The room for all is there from the start where `first`, or is added when
// the recording is `late` frames long. Returns what is kept.
static Latent *record(size_t frames, bool first, size_t late)
{
    LatentOps ops;
    float values[CHANNELS];
    if (!latent_ops_init(&ops, model, NULL, 0)) return NULL;
    LatentCapture *capture = latent_ops_capture(&ops);
    LatentSettings settings = {LATENT_NEUTRAL};
    if (first) latent_capture_reserve(capture);
    for (size_t t = 0; t <= frames; t++) {
        settings.capture = t < frames;
        for (size_t c = 0; c < CHANNELS; c++) values[c] = (float)(t * CHANNELS + c);
        latent_ops_process(&ops, &settings, values, 1);
        CHECK(latent_capture_asks(capture) == (!first && t == 0)); // once
        if (t == late) latent_capture_grow(capture);
    }
    Latent *copy = latent_capture_copy(capture);
    latent_ops_free(&ops);
    return copy;
}

// The room that is added within the first second is as good as one that was there before, across
// its edge as well; later nothing is recorded that has a hole.
static void test_capture_grows(void)
{
    enum { SECOND = 500 };
    static const size_t lengths[] = {100, SECOND, SECOND + 1, SECOND + 10, 3 * SECOND, 16000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        Latent *wanted = record(lengths[i], true, SIZE_MAX);
        Latent *early = record(lengths[i], false, 1), *last = record(lengths[i], false, SECOND - 1);
        Latent *short_of = record(lengths[i], false, SECOND + 5);
        REQUIRE(wanted && early && last && short_of);
        const size_t bytes = wanted->frames * CHANNELS * sizeof(float);
        CHECK(early->frames == wanted->frames && last->frames == wanted->frames);
        CHECK(memcmp(early->values, wanted->values, bytes) == 0);
        CHECK(memcmp(last->values, wanted->values, bytes) == 0);
        const size_t kept = lengths[i] < SECOND ? lengths[i] : SECOND;
        CHECK_MSG(short_of->frames == kept - 25, "%zu of %zu", short_of->frames, lengths[i]);
        latent_free(wanted);
        latent_free(early);
        latent_free(last);
        latent_free(short_of);
    }
}

int main(void)
{
    model = small_model();
    if (!model) return 1;
    RUN(test_capture_becomes_the_reference);
    RUN(test_capture_starts_without_a_click);
    RUN(test_capture_may_begin_again_at_once);
    RUN(test_capture_stops_where_it_is_full);
    RUN(test_capture_grows);
    model_free(model);
    return check_status();
}
