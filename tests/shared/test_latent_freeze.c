// Freeze: which stretch it holds, how it begins and ends.
#include "lib/check.h"
#include "lib/latent_fixture.h"

static void test_freeze_repeats_the_last_stretch(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    float values[FRAMES * CHANNELS];
    number_frames(values, FRAMES);
    LatentSettings settings = {LATENT_NEUTRAL};
    latent_ops_process(&ops, &settings, values, 1000);
    settings.freeze = true;
    settings.freeze_seconds = 0.4f; // 200 frames
    latent_ops_process(&ops, &settings, values + 1000 * CHANNELS, 2000);
    const size_t fade = ops.space.fade;
    CHECK(fade == 25);
    // Once faded in, it is frames 800 to 999 again and again, but for the seam.
    for (size_t t = 1000 + fade; t < FRAMES; t++) {
        const size_t at = (t - 1000) % 200;
        if (at < 200 - fade)
            CHECK_MSG(values[t * CHANNELS] == (float)(800 + at), "frame %zu: %g", t,
                      (double)values[t * CHANNELS]);
    }
    latent_ops_free(&ops);
}

static void test_freeze_has_no_click(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    float values[FRAMES * CHANNELS];
    wave_frames(values, FRAMES);
    const double usual = largest_step(values, 0, FRAMES);
    LatentSettings settings = {LATENT_NEUTRAL};
    latent_ops_process(&ops, &settings, values, 1000);
    settings.freeze = true;
    settings.freeze_seconds = 0.37f;
    latent_ops_process(&ops, &settings, values + 1000 * CHANNELS, 1000);
    settings.freeze = false;
    latent_ops_process(&ops, &settings, values + 2000 * CHANNELS, 1000);
    // A cut would step by up to 2. Faded over 25 frames it moves by less than a tenth of
    // that a frame.
    const double step = largest_step(values, 0, FRAMES);
    CHECK_MSG(step < usual + 2.0 * 1.6 / 25.0, "a step of %g; the signal's own is %g", step, usual);
    for (size_t t = 2100; t < FRAMES; t++)
        CHECK(values[t * CHANNELS] == (float)sin(0.02 * (double)t)); // and it is over
    latent_ops_free(&ops);
}

// Numbered frames, which are frozen from the first on.
static void freeze_at_once(float seconds, float values[FRAMES * CHANNELS])
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    number_frames(values, FRAMES);
    LatentSettings settings = {LATENT_NEUTRAL, .freeze = true};
    settings.freeze_seconds = seconds;
    latent_ops_process(&ops, &settings, values, FRAMES);
    latent_ops_free(&ops);
}

static void test_freeze_waits_until_something_was_heard(void)
{
    float values[FRAMES * CHANNELS];
    freeze_at_once(8.0f, values);
    for (size_t t = 0; t < 70; t++) CHECK(values[t * CHANNELS] == (float)t);
    for (size_t t = 200; t < FRAMES; t++) CHECK(values[t * CHANNELS] < 100.0f);
}

static void test_freeze_can_be_shortest(void)
{
    float values[FRAMES * CHANNELS];
    freeze_at_once(0.001f, values);
    for (size_t t = 0; t < 70; t++) CHECK(values[t * CHANNELS] == (float)t);
    for (size_t t = 200; t < FRAMES; t++) CHECK(values[t * CHANNELS] < 100.0f);
}

static void test_freeze_can_be_longest(void)
{
    LatentOps ops;
    enum { LONGEST = 4000, ALL = 13000 };
    REQUIRE(latent_ops_init(&ops, model, NULL, 0) && latent_ops_reserve(&ops));
    float *values = malloc(ALL * CHANNELS * sizeof(float));
    number_frames(values, ALL);
    LatentSettings settings = {LATENT_NEUTRAL};
    latent_ops_process(&ops, &settings, values, 5000);
    settings.freeze = true;
    settings.freeze_seconds = 100.0f; // more than there can be
    latent_ops_process(&ops, &settings, values + 5000 * CHANNELS, ALL - 5000);
    for (size_t t = 5100; t < ALL; t++) {
        const size_t at = (t - 5000) % LONGEST;
        if (at < LONGEST - ops.space.fade) CHECK(values[t * CHANNELS] == (float)(1000 + at));
    }
    free(values);
    latent_ops_free(&ops);
}

enum { HEARD = 5000, FROZEN = 9000, BETWEEN = 1000, AGAIN = 5000 };
enum { GROWN = HEARD + FROZEN + BETWEEN + AGAIN };

// Writes to values[GROWN][CHANNELS] what two loops of `seconds` make, one soon after the other. The
// room for them is there from the start (late 0), or added `late` frames after the first began.
static void freeze_twice(float seconds, size_t late, float *values)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    if (late == 0) latent_ops_reserve(&ops);
    number_frames(values, GROWN);
    LatentSettings settings = {LATENT_NEUTRAL};
    settings.freeze_seconds = seconds;
    for (size_t t = 0; t < GROWN; t++) {
        settings.freeze = (t >= HEARD && t < HEARD + FROZEN) || t >= GROWN - AGAIN;
        latent_ops_process(&ops, &settings, values + t * CHANNELS, 1);
        CHECK(latent_ops_asks_for_room(&ops) ==
              (late > 0 && (t == HEARD || (late > FROZEN && t == GROWN - AGAIN))));
        if (late > 0 && t + 1 == HEARD + late) CHECK(latent_ops_grow(&ops));
    }
    latent_ops_free(&ops);
}

// Room that is added within a second is as good as room from the start. Without it the loop goes on
// all the same, and the next one begins when enough has been heard after it.
static void test_freeze_grows(void)
{
    enum { SECOND = 500 };
    static const float lengths[] = {0.4f, 4.0f, 7.5f, 8.0f};
    const size_t bytes = sizeof(float[GROWN * CHANNELS]);
    float *wanted = malloc(bytes), *grown = malloc(bytes);
    for (size_t i = 0; wanted && grown && i < sizeof lengths / sizeof *lengths; i++) {
        freeze_twice(lengths[i], 0, wanted);
        freeze_twice(lengths[i], 1, grown);
        CHECK(memcmp(wanted, grown, bytes) == 0);
        freeze_twice(lengths[i], SECOND, grown);
        CHECK(memcmp(wanted, grown, bytes) == 0);
        // The second loop takes what came in while the first one was heard.
        const size_t first = GROWN - AGAIN - (size_t)lroundf(lengths[i] * SECOND);
        CHECK(wanted[(GROWN - AGAIN + 100) * CHANNELS] == (float)(first + 100));
        freeze_twice(lengths[i], SIZE_MAX, grown);
        const size_t same = (HEARD + FROZEN) * CHANNELS * sizeof(float);
        CHECK(memcmp(wanted, grown, same) == 0);
        for (size_t t = GROWN - AGAIN + 200; t < GROWN; t++)
            CHECK(grown[t * CHANNELS] >= (float)(HEARD + FROZEN));
    }
    free(wanted);
    free(grown);
}

int main(void)
{
    model = small_model();
    if (!model) return 1;
    RUN(test_freeze_repeats_the_last_stretch);
    RUN(test_freeze_has_no_click);
    RUN(test_freeze_waits_until_something_was_heard);
    RUN(test_freeze_can_be_shortest);
    RUN(test_freeze_can_be_longest);
    RUN(test_freeze_grows);
    model_free(model);
    return check_status();
}
