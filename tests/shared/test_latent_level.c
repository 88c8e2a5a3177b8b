// What follows the level of the music: noise, offset, cross blend; and what stays silent.
#include "lib/check.h"
#include "lib/latent_fixture.h"

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

int main(void)
{
    model = small_model();
    if (!model) return 1;
    RUN(test_silence_stays_silence);
    RUN(test_following_noise_is_as_strong_as_the_music);
    RUN(test_a_level_forgets);
    RUN(test_held_frames_leave_nothing);
    RUN(test_a_start_forgets_the_music_before);
    RUN(test_cross_gives_the_reference_the_rhythm_of_the_input);
    model_free(model);
    return check_status();
}
