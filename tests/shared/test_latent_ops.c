// The latent operations together, and the short ones: smear, scale, offset, blend, alternation.
#include "lib/check.h"
#include "lib/latent_fixture.h"

static void test_neutral_leaves_every_bit(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL};
    float values[FRAMES * CHANNELS], before[FRAMES * CHANNELS];
    wave_frames(values, FRAMES);
    memcpy(before, values, sizeof values);
    latent_ops_process(&ops, &settings, values, FRAMES);
    CHECK(memcmp(values, before, sizeof values) == 0);
    latent_ops_free(&ops);
}

static void test_smear_is_a_time_constant(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL, .smear = 0.1f}; // 50 frames
    const float silence[CHANNELS] = {0.0f, 0.0f};
    float values[400 * CHANNELS] = {0};
    latent_ops_set_silence(&ops, silence, NULL);
    for (size_t t = 100; t < 400; t++) values[t * CHANNELS] = 1.0f;
    latent_ops_process(&ops, &settings, values, 400);
    CHECK(values[99 * CHANNELS] == 0.0f);
    CHECK(fabs((double)values[149 * CHANNELS] - (1.0 - exp(-1.0))) < 1e-3);
    CHECK(values[150 * CHANNELS + 1] == 0.0f);
    latent_ops_free(&ops);
}

static void test_smear_begins_in_silence(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL, .smear = 1.0f};
    const float silence[CHANNELS] = {0.25f, -3.0f};
    latent_ops_set_silence(&ops, silence, NULL);
    float values[CHANNELS] = {7.0f, 7.0f}; // as a network gives that starts with zeros inside
    latent_ops_process(&ops, &settings, values, 1);
    CHECK_MSG(fabsf(values[0] - 0.25f) < 0.02f && fabsf(values[1] + 3.0f) < 0.03f, "%g, %g",
              (double)values[0], (double)values[1]);
    latent_ops_free(&ops);
}

static void test_smear_forgets_what_is_not_finite(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL, .smear = 0.1f};
    float values[3 * CHANNELS] = {1.0f, 1.0f, NAN, INFINITY, 1.0f, 1.0f};
    latent_ops_process(&ops, &settings, values, 3);
    CHECK(isfinite(values[4]) && isfinite(values[5]));
    latent_ops_free(&ops);
}

static void test_scale_is_around_silence(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const LatentSettings settings = {.freeze_seconds = 1.0f, .scale = 0.5f, .tempo = 120.0f};
    const float silence[CHANNELS] = {1.0f, -4.0f};
    latent_ops_set_silence(&ops, silence, NULL);
    float values[2 * CHANNELS] = {3.0f, 0.0f, 1.0f, -4.0f};
    latent_ops_process(&ops, &settings, values, 2);
    CHECK(values[0] == 2.0f && values[1] == -2.0f);
    CHECK(values[2] == 1.0f && values[3] == -4.0f);
    latent_ops_free(&ops);
}

static void test_offset_and_absolute_units(void)
{
    float values[16];
    const LatentSettings sigma = {LATENT_NEUTRAL, .offset = 1.0f, .sounds_in_silence = true},
                         absolute = {LATENT_NEUTRAL, .offset = 1.0f, .sounds_in_silence = true,
                                     .absolute = true};
    one_frame(&sigma, 0, 0, values);
    CHECK(values[0] == 0.5f && values[15] == 0.5f);
    one_frame(&absolute, 0, 0, values);
    CHECK(values[0] == 1.0f && values[15] == 1.0f);
}

static void test_blend_loops_the_reference(void)
{
    Error error;
    Model *identity = fixture_identity(22050.0);
    Latent *latent = latent_new(identity, 100, &error);
    for (size_t i = 0; i < 1600; i++) latent->values[i] = (float)i;
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, identity, latent, 0));
    const LatentSettings all = {LATENT_NEUTRAL, .blend = 1.0f},
                         half = {LATENT_NEUTRAL, .blend = 0.5f};
    float values[250 * 16];
    for (int i = 0; i < 250 * 16; i++) values[i] = -1.0f;
    latent_ops_process(&ops, &all, values, 250);
    CHECK(values[0] == 0.0f && values[99 * 16] == 1584.0f);
    CHECK(values[100 * 16] == 0.0f && values[249 * 16 + 5] == 49 * 16 + 5);
    latent_ops_reset(&ops);
    for (int i = 0; i < 16; i++) values[i] = 10.0f;
    latent_ops_process(&ops, &half, values, 1);
    CHECK(values[0] == 5.0f && values[4] == 7.0f);
    latent_ops_free(&ops);
    latent_free(latent);
    model_free(identity);
}

static void test_alternation_follows_the_beat(void)
{
    Error error;
    LatentOps ops;
    Latent *reference = latent_new(model, 100, &error);
    for (size_t i = 0; i < 100 * CHANNELS; i++) reference->values[i] = 9.0f;
    REQUIRE(latent_ops_init(&ops, model, reference, 0));
    // 120 beats a minute, 500 frames a second: 250 frames a beat. Two beats of input, one of
    // reference, from beat 1 on.
    LatentSettings settings = {LATENT_NEUTRAL, .blend = 1.0f, .blend_mode = BLEND_ALTERNATE,
                               .first_beat = 1.0};
    settings.input_beats = 2;
    settings.reference_beats = 1;
    float values[FRAMES * CHANNELS] = {0};
    latent_ops_process(&ops, &settings, values, FRAMES);
    for (size_t t = 0; t < FRAMES; t++) {
        const double beat = 1.0 + (double)t / 250.0, place = fmod(beat, 3.0);
        const bool fading = fmod(place, 1.0) < 0.11 && (place < 1.0 ? beat >= 3.0 : place >= 2.0);
        if (fading) continue;
        CHECK_MSG(values[t * CHANNELS] == (place < 2.0 ? 0.0f : 9.0f), "beat %g: %g", beat,
                  (double)values[t * CHANNELS]);
    }
    CHECK(largest_step(values, 0, FRAMES) < 9.0 / 25.0);
    latent_ops_free(&ops);
    latent_free(reference);
}

static void test_changes_of_the_turns_do_not_click(void)
{
    Error error;
    LatentOps ops;
    Latent *reference = latent_new(model, 100, &error);
    for (size_t i = 0; i < 100 * CHANNELS; i++) reference->values[i] = 9.0f;
    REQUIRE(latent_ops_init(&ops, model, reference, 0));
    LatentSettings settings = {LATENT_NEUTRAL, .blend = 1.0f};
    float values[FRAMES * CHANNELS] = {0};
    for (size_t t = 0; t < FRAMES; t += 100) { // mode, beats and tempo jump while it plays
        settings.blend_mode = t / 300 % 2 ? BLEND_ALTERNATE : BLEND_MIX;
        settings.input_beats = 1 + (int)(t / 100 % 5);
        settings.tempo = 90.0f + (float)(t % 700);
        latent_ops_process(&ops, &settings, values + t * CHANNELS, 100);
    }
    CHECK_MSG(largest_step(values, 0, FRAMES) <= 9.001 / 25.0, "a step of %g",
              largest_step(values, 0, FRAMES));
    latent_ops_free(&ops);
    latent_free(reference);
}

int main(void)
{
    model = small_model();
    if (!model) return 1;
    RUN(test_alternation_follows_the_beat);
    RUN(test_changes_of_the_turns_do_not_click);
    RUN(test_smear_is_a_time_constant);
    RUN(test_smear_begins_in_silence);
    RUN(test_smear_forgets_what_is_not_finite);
    RUN(test_scale_is_around_silence);
    RUN(test_neutral_leaves_every_bit);
    RUN(test_offset_and_absolute_units);
    RUN(test_blend_loops_the_reference);
    model_free(model);
    return check_status();
}
