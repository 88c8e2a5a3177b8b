// Noise: its strength and distribution, what it is drawn from, how it drifts.
#include "lib/check.h"
#include "lib/latent_fixture.h"

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

int main(void)
{
    model = small_model();
    if (!model) return 1;
    RUN(test_another_seed_comes_without_a_click);
    RUN(test_drift_is_slow_and_as_strong);
    RUN(test_drift_follows_the_position);
    RUN(test_drift_bends_with_its_rate);
    RUN(test_noise_is_gaussian_and_in_sigma);
    RUN(test_noise_follows_seed_frame_and_channel);
    model_free(model);
    return check_status();
}
