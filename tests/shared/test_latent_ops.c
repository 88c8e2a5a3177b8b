// What is done to the latent: freeze, capture, alternation, drift, smear, scale, noise, offset,
// blend; and what stays silent.
#include "latent/latent_ops.h"
#include "lib/check.h"
#include "lib/fixture.h"

enum { CHANNELS = 2, FRAMES = 3000 };

// A model with a frame rate of 500 Hz, a mean of its own in each channel and a deviation of 0.5.
static Model *small_model(void)
{
    Error error;
    Arch arch;
    if (!arch_parse(&arch, "2k16s16p0", ACTIVATION_LEAKY_RELU, &error)) return NULL;
    float parameters[2 * 2 * 16 + 2 + 1] = {0};
    const float mean[CHANNELS] = {1.0f, -2.0f}, std[CHANNELS] = {0.5f, 0.5f};
    const ModelInfo info = {.level = NAN};
    return model_new(&arch, 8000.0, parameters, &(ModelStatistics){.mean = mean, .std = std}, &info,
                     &error);
}

static Model *model;

// Frame t of the input: a number that tells which frame it is.
static void number_frames(float *values, size_t frames)
{
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < CHANNELS; c++) values[t * CHANNELS + c] = (float)t;
}

// A smooth course, so that a seam would show as a step.
static void wave_frames(float *values, size_t frames)
{
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < CHANNELS; c++)
            values[t * CHANNELS + c] = (float)sin(0.02 * (double)t + (double)c);
}

static double largest_step(const float *values, size_t from, size_t to)
{
    double largest = 0.0;
    for (size_t t = from + 1; t < to; t++)
        largest =
            fmax(largest, fabs((double)values[t * CHANNELS] - (double)values[(t - 1) * CHANNELS]));
    return largest;
}

// ---- Freeze ----

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
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
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

// ---- Capture ----

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

// ---- Blend, in turns ----

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

// ---- Noise that drifts ----

static void test_another_seed_comes_without_a_click(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    LatentSettings settings = {LATENT_NEUTRAL, .noise = 1.0f, .noise_character = NOISE_DRIFTING,
                               .drift = 2.0f};
    float values[FRAMES * CHANNELS] = {0};
    for (size_t t = 0; t < FRAMES; t += 100) {
        settings.seed = (uint32_t)t;
        latent_ops_process(&ops, &settings, values + t * CHANNELS, 100);
    }
    CHECK_MSG(largest_step(values, 30, FRAMES) < 0.15, "a step of %g",
              largest_step(values, 30, FRAMES));
    latent_ops_free(&ops);
}

static void test_drift_is_slow_and_as_strong(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    enum { ALL = 200000 };
    float *values = calloc(ALL * CHANNELS, sizeof(float));
    const LatentSettings settings = {LATENT_NEUTRAL, .noise = 1.0f,
                                     .noise_character = NOISE_DRIFTING, .drift = 10.0f, .seed = 4};
    latent_ops_process(&ops, &settings, values, ALL);
    double squares = 0.0, steps = 0.0;
    for (size_t t = 100; t < ALL; t++) {
        const double v = values[t * CHANNELS], before = values[(t - 1) * CHANNELS];
        squares += v * v;
        steps += (v - before) * (v - before);
    }
    const double n = ALL - 100;
    CHECK_MSG(fabs(squares / n - 0.25) < 0.02, "variance %g where 0.25 is wanted", squares / n);
    // 50 frames from value to value: each frame moves by about a fiftieth of a quarter turn.
    CHECK_MSG(steps / n < 0.001, "steps of %g", sqrt(steps / n));
    free(values);
    latent_ops_free(&ops);
}

static void test_drift_follows_the_position(void)
{
    LatentOps ops, other;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0) && latent_ops_init(&other, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL, .noise = 1.0f,
                                     .noise_character = NOISE_DRIFTING, .drift = 3.7f, .seed = 4};
    float whole[FRAMES * CHANNELS] = {0}, part[1000 * CHANNELS] = {0};
    latent_ops_process(&ops, &settings, whole, FRAMES);
    latent_ops_locate(&other, 1500, 1500);
    latent_ops_process(&other, &settings, part, 1000);
    CHECK(memcmp(part, whole + 1500 * CHANNELS, sizeof part) == 0);
    latent_ops_free(&ops);
    latent_ops_free(&other);
}

static void test_drift_bends_with_its_rate(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    LatentSettings settings = {LATENT_NEUTRAL, .noise = 1.0f, .noise_character = NOISE_DRIFTING,
                               .drift = 5.0f, .seed = 4};
    float values[FRAMES * CHANNELS] = {0};
    for (size_t t = 0; t < FRAMES; t += 10) {
        settings.drift = 5.0f + 4.0f * sinf((float)t * 0.01f); // automated
        latent_ops_process(&ops, &settings, values + t * CHANNELS, 10);
    }
    CHECK_MSG(largest_step(values, 30, FRAMES) < 0.12, "a step of %g",
              largest_step(values, 30, FRAMES));
    latent_ops_free(&ops);
}

// ---- Smear and scale ----

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

// ---- What follows the music ----

enum { REST = 3 * 500, MUSIC = 500 }; // three seconds, one second

static const float silent_frame[CHANNELS] = {0.5f, -1.5f};

// Writes rest, music, rest: music is a wave of so many standard deviations in each channel.
static void rest_music_rest(float *values, double sigmas)
{
    for (size_t t = 0; t < 2 * REST + MUSIC; t++)
        for (size_t c = 0; c < CHANNELS; c++) {
            const bool music = t >= REST && t < REST + MUSIC;
            const double wave = sin(0.5 * (double)(t - REST) + (double)c);
            values[t * CHANNELS + c] =
                silent_frame[c] + (music ? (float)(sigmas * 0.5 * sqrt(2.0) * wave) : 0.0f);
        }
}

// Returns the largest change that settings make to frames [from, to) of rest, music, rest.
static double largest_change(const LatentSettings *settings, size_t from, size_t to)
{
    static float before[(2 * REST + MUSIC) * CHANNELS], values[(2 * REST + MUSIC) * CHANNELS];
    LatentOps ops;
    double largest = 0.0;
    if (!latent_ops_init(&ops, model, NULL, 0)) return NAN;
    latent_ops_set_silence(&ops, silent_frame, NULL);
    rest_music_rest(values, 1.0);
    memcpy(before, values, sizeof values);
    latent_ops_process(&ops, settings, values, 2 * REST + MUSIC);
    for (size_t i = from * CHANNELS; i < to * CHANNELS; i++)
        largest = fmax(largest, fabs((double)values[i] - (double)before[i]));
    latent_ops_free(&ops);
    return largest;
}

static void test_silence_stays_silence(void)
{
    static const NoiseCharacter characters[] = {NOISE_EACH_FRAME, NOISE_DRIFTING, NOISE_FOLLOWS};
    for (int i = 0; i < 3; i++) {
        LatentSettings settings = {LATENT_NEUTRAL, .noise = 2.0f, .offset = 2.0f, .drift = 5.0f,
                                   .noise_character = characters[i]};
        const size_t end = REST + MUSIC, all = 2 * REST + MUSIC;
        // 15 frames are 30 ms; the others fade out after a second, in 30 ms too.
        const size_t fading = characters[i] == NOISE_FOLLOWS ? 0 : 515;
        CHECK(largest_change(&settings, 0, REST) == 0.0);
        CHECK(largest_change(&settings, REST + 50, end) > 0.5);
        CHECK(largest_change(&settings, end + 17 + fading, all) == 0.0);
        if (fading) CHECK(largest_change(&settings, end + 17, end + 500) > 0.5);
        settings.sounds_in_silence = true;
        CHECK(largest_change(&settings, 0, REST) > 0.5);
        CHECK(largest_change(&settings, end + 1000, all) > 0.5);
    }
}

static void test_following_noise_is_as_strong_as_the_music(void)
{
    enum { ALL = 100000 };
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const float silence[CHANNELS] = {0.0f, 0.0f};
    latent_ops_set_silence(&ops, silence, NULL);
    const LatentSettings settings = {LATENT_NEUTRAL, .noise = 1.0f, .drift = 20.0f, .seed = 4,
                                     .noise_character = NOISE_FOLLOWS};
    float *values = malloc(ALL * CHANNELS * sizeof(float));
    double squares = 0.0, music = 0.0;
    for (size_t i = 0; i < ALL * CHANNELS; i++) {
        values[i] = (float)(0.1 * sin(1.3 * (double)(i / CHANNELS)));
        music += (double)values[i] * (double)values[i];
    }
    latent_ops_process(&ops, &settings, values, ALL);
    for (size_t i = 0; i < ALL * CHANNELS; i++) {
        const double change = (double)values[i] - 0.1 * sin(1.3 * (double)(i / CHANNELS));
        squares += change * change;
    }
    CHECK_MSG(fabs(squares / music - 1.0) < 0.1, "power of noise to music %g", squares / music);
    free(values);
    latent_ops_free(&ops);
}

// A level depends on the last 30 ms alone: wherever it began, it is the same after that.
static void test_a_level_forgets(void)
{
    const LatentSpace space = latent_space_of(model);
    LatentLevel level, other;
    REQUIRE(latent_level_init(&level, &space, 0.03) && latent_level_init(&other, &space, 0.03));
    float values[200 * CHANNELS];
    for (int i = 0; i < 200 * CHANNELS; i++) values[i] = (float)sin(0.7 * i * i);
    for (int64_t from = -20; from < 60; from++) {
        latent_level_locate(&level, &space, -20);
        latent_level_locate(&other, &space, from);
        for (int64_t t = -20; t < 120; t++) {
            const float *frame = values + (t + 20) * CHANNELS;
            const float *a = latent_level_frame(&level, &space, frame);
            if (t < from) continue;
            const float *b = latent_level_frame(&other, &space, frame);
            if (t >= from + 14) CHECK(memcmp(a, b, CHANNELS * sizeof(float)) == 0);
            if (t != 90) continue;
            double sum = 0.0; // what it is by definition
            for (int64_t u = t - 14; u <= t; u++) {
                const double v = (double)values[(u + 20) * CHANNELS] - 1.0;
                sum += v * v;
            }
            CHECK_MSG(fabs(sqrt(sum / 15.0) - (double)a[0]) < 1e-5, "%g, not %g", (double)a[0],
                      sqrt(sum / 15.0));
        }
    }
    latent_level_free(&level);
    latent_level_free(&other);
}

// Frames that are held leave nothing behind: what follows is as if they had not been.
static void test_held_frames_leave_nothing(void)
{
    LatentOps ops, other;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0) && latent_ops_init(&other, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL, .noise = 0.3f,   .seed = 4,
                                     .smear = 0.2f,  .capture = true, .freeze = true};
    float values[FRAMES * CHANNELS], same[FRAMES * CHANNELS];
    wave_frames(values, FRAMES);
    wave_frames(same, FRAMES);
    latent_ops_process(&ops, &settings, values, 1000); // something else sounded before
    latent_ops_start(&ops, -60, 0);
    latent_ops_start(&other, 0, 0);
    latent_ops_process(&ops, &settings, values + 500 * CHANNELS, 60);
    wave_frames(values, FRAMES);
    latent_ops_process(&ops, &settings, values, FRAMES);
    latent_ops_process(&other, &settings, same, FRAMES);
    CHECK(memcmp(values + 30 * CHANNELS, same + 30 * CHANNELS, // all but the level's 30 ms
                 (FRAMES - 30) * CHANNELS * sizeof(float)) == 0);
    latent_ops_free(&ops);
    latent_ops_free(&other);
}

// Where the music ended with the start, noise does not go on for the second that it usually has.
static void test_a_start_forgets_the_music_before(void)
{
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL, .noise = 1.0f, .seed = 4};
    float values[FRAMES * CHANNELS];
    wave_frames(values, FRAMES);
    latent_ops_process(&ops, &settings, values, FRAMES);
    latent_ops_start(&ops, -60, 0);
    latent_ops_process(&ops, &settings, values, 60);
    for (int i = 0; i < FRAMES * CHANNELS; i++) values[i] = model->latent_mean[i % CHANNELS];
    latent_ops_process(&ops, &settings, values, 300);
    for (int i = 35 * CHANNELS; i < 300 * CHANNELS; i++)
        CHECK(values[i] == model->latent_mean[i % CHANNELS]);
    latent_ops_free(&ops);
}

// ---- Blend across ----

static void test_cross_gives_the_reference_the_rhythm_of_the_input(void)
{
    enum { ALL = 2 * REST + MUSIC };
    static float values[ALL * CHANNELS], input[ALL * CHANNELS];
    Error error;
    LatentOps ops;
    Latent *reference = latent_new(model, 997, &error);
    for (size_t t = 0; t < 997; t++)
        for (size_t c = 0; c < CHANNELS; c++)
            reference->values[t * CHANNELS + c] =
                silent_frame[c] + (float)(4.0 * cos(1.1 * (double)t + (double)c));
    REQUIRE(latent_ops_init(&ops, model, reference, 0));
    latent_ops_set_silence(&ops, silent_frame, NULL);
    rest_music_rest(values, 0.5);
    memcpy(input, values, sizeof values);
    const LatentSettings settings = {LATENT_NEUTRAL, .blend = 1.0f, .blend_mode = BLEND_CROSS};
    latent_ops_process(&ops, &settings, values, ALL);
    double product = 0.0, squares = 0.0, wanted = 0.0;
    for (size_t t = 0; t < ALL; t++) {
        const double v = (double)values[t * CHANNELS] - 0.5;
        const double r = (double)reference->values[t % 997 * CHANNELS] - 0.5;
        if (t < REST || t >= REST + MUSIC + 15) CHECK(v == 0.0);
        if (t < REST + 30 || t >= REST + MUSIC) continue;
        product += v * r;
        squares += v * v;
        wanted += r * r;
    }
    // The reference's wave with the input's level, 0.5 sigma of 0.5.
    CHECK_MSG(product / sqrt(squares * wanted) > 0.99, "correlation %g",
              product / sqrt(squares * wanted));
    CHECK_MSG(fabs(sqrt(squares / (MUSIC - 30)) / 0.25 - 1.0) < 0.05, "level %g",
              sqrt(squares / (MUSIC - 30)));
    latent_ops_free(&ops);
    latent_free(reference);
}

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

static void test_noise_is_gaussian_and_in_sigma(void)
{
    Model *identity = fixture_identity(22050.0);
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, identity, NULL, 0));
    enum { MANY = 20000 };
    float *values = calloc(MANY * 16, sizeof(float));
    const LatentSettings settings = {LATENT_NEUTRAL, .noise = 2.0f, .seed = 5,
                                     .sounds_in_silence = true};
    latent_ops_process(&ops, &settings, values, MANY);
    double sum = 0.0, squares = 0.0, fourth = 0.0, neighbours = 0.0;
    const double n = MANY * 16.0;
    for (size_t i = 0; i < MANY * 16; i++) {
        const double v = values[i];
        sum += v;
        squares += v * v;
        fourth += v * v * v * v;
        if (i > 0) neighbours += v * (double)values[i - 1];
    }
    const double variance = squares / n; // sigma is 0.5 and the amount 2: 1
    CHECK_MSG(fabs(sum / n) < 0.01, "mean %g", sum / n);
    CHECK_MSG(fabs(variance - 1.0) < 0.01, "variance %g", variance);
    CHECK_MSG(fabs(fourth / n / (variance * variance) - 3.0) < 0.05, "kurtosis %g", fourth / n);
    CHECK_MSG(fabs(neighbours / n) < 0.01, "correlation %g", neighbours / n);
    latent_ops_free(&ops);
    free(values);
    model_free(identity);
}

// One frame of zeros after `frame` others, at these settings.
static void one_frame(const LatentSettings *settings, uint32_t audio_channel, int frame,
                      float values[16])
{
    Model *identity = fixture_identity(22050.0);
    LatentOps ops;
    if (!latent_ops_init(&ops, identity, NULL, audio_channel)) return;
    for (int i = 0; i <= frame; i++) {
        memset(values, 0, 16 * sizeof(float));
        latent_ops_process(&ops, settings, values, 1);
    }
    latent_ops_free(&ops);
    model_free(identity);
}

static void test_noise_follows_seed_frame_and_channel(void)
{
    float a[16], b[16];
    LatentSettings settings = {LATENT_NEUTRAL, .noise = 1.0f, .seed = 5, .sounds_in_silence = true};
    one_frame(&settings, 0, 3, a);
    one_frame(&settings, 0, 3, b);
    CHECK(memcmp(a, b, sizeof a) == 0);
    one_frame(&settings, 1, 3, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    one_frame(&settings, 0, 4, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    settings.seed = 6;
    one_frame(&settings, 0, 3, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
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

int main(void)
{
    model = small_model();
    if (!model) return 1;
    RUN(test_freeze_repeats_the_last_stretch);
    RUN(test_freeze_has_no_click);
    RUN(test_freeze_waits_until_something_was_heard);
    RUN(test_freeze_can_be_shortest);
    RUN(test_freeze_can_be_longest);
    RUN(test_capture_becomes_the_reference);
    RUN(test_capture_starts_without_a_click);
    RUN(test_capture_may_begin_again_at_once);
    RUN(test_capture_stops_where_it_is_full);
    RUN(test_alternation_follows_the_beat);
    RUN(test_changes_of_the_turns_do_not_click);
    RUN(test_another_seed_comes_without_a_click);
    RUN(test_drift_is_slow_and_as_strong);
    RUN(test_drift_follows_the_position);
    RUN(test_drift_bends_with_its_rate);
    RUN(test_smear_is_a_time_constant);
    RUN(test_smear_begins_in_silence);
    RUN(test_smear_forgets_what_is_not_finite);
    RUN(test_scale_is_around_silence);
    RUN(test_silence_stays_silence);
    RUN(test_following_noise_is_as_strong_as_the_music);
    RUN(test_a_level_forgets);
    RUN(test_held_frames_leave_nothing);
    RUN(test_a_start_forgets_the_music_before);
    RUN(test_cross_gives_the_reference_the_rhythm_of_the_input);
    RUN(test_neutral_leaves_every_bit);
    RUN(test_noise_is_gaussian_and_in_sigma);
    RUN(test_noise_follows_seed_frame_and_channel);
    RUN(test_offset_and_absolute_units);
    RUN(test_blend_loops_the_reference);
    model_free(model);
    return check_status();
}
