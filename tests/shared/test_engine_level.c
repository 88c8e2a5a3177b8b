// The level of a spectrum's frames, which is carried apart from the latent: recorded, smeared, and
// blended as far as Dynamics says.
#include "lib/check.h"
#include "lib/engine_fixture.h"

enum { HOP = 64, BANDS = 20, N = 96000, HALF = N / 2 };

static Model *identity(void)
{
    return fixture_levels("spectrum512h64b20f80:20k1s1p0", BANDS);
}

// White noise, 12 dB softer in its second half.
static void noise(float *audio)
{
    const RandomKey key = {.seed = 1, .stream = 9};
    for (size_t i = 0; i < N; i++)
        audio[i] = (i < HALF ? 0.2f : 0.05f) * ((float)random_below(key, i, 20001) * 1e-4f - 1.0f);
}

// RMS in dB of a quarter of a second that ends at `end`.
static double level(const float *audio, size_t end)
{
    double sum = 0.0;
    for (size_t i = end - 12000; i < end; i++) sum += (double)audio[i] * (double)audio[i];
    return 10.0 * log10(sum / 12000.0);
}

static const EngineSettings at_rest = {ENGINE_NEUTRAL, .detail = 1.0f};

static double step_with(const Model *model, const Latent *reference, float blend, float dynamics)
{
    static float in[N], out[N];
    Error error;
    Engine *engine = engine_new(model, reference, 48000.0, 1, &error);
    EngineSettings settings = at_rest;
    settings.latent.blend = blend;
    settings.latent.dynamics = dynamics;
    noise(in);
    if (!engine) return NAN;
    run_engine(engine, &settings, in, out, N, 512, 1);
    engine_free(engine);
    return level(out, HALF) - level(out, N);
}

// Blended whole, the reference's level takes the place of the input's: the step is gone. Halfway it
// is half as large. Without dynamics it stays.
static void test_dynamics_blends_the_level(void)
{
    Error error;
    Model *model = identity();
    Latent *reference = latent_new(model, 400, &error);
    REQUIRE(model && reference);
    // The latent of white noise.
    for (size_t t = 0; t < reference->frames; t++) {
        reference->levels[t] = logf(0.05f);
        for (size_t c = 0; c < BANDS; c++) reference->values[t * BANDS + c] = -model->band_mean[c];
    }
    const struct {
        float blend, dynamics;
        double step;
    } cases[] = {{0, 1, 12.04}, {1, 0, 12.04}, {1, 1, 0}, {0.5f, 1, 6.02}, {1, 0.5f, 6.02}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double step = step_with(model, reference, cases[i].blend, cases[i].dynamics);
        CHECK_MSG(fabs(step - cases[i].step) < 0.5, "blend %g, dynamics %g: a step of %g dB",
                  (double)cases[i].blend, (double)cases[i].dynamics, step);
    }
    latent_free(reference);
    model_free(model);
}

// Where a latent frame stands for several frames of the spectrum, its level is their mean: the step
// goes as far as Dynamics says, whatever the network makes of the timbre.
static void test_level_of_a_latent_frame_is_a_mean(void)
{
    Error error;
    Model *model = fixture_model("spectrum512h64b20f80:8k2s2p0", ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Latent *reference = latent_new(model, 400, &error);
    REQUIRE(model && reference);
    for (size_t t = 0; t < reference->frames; t++) reference->levels[t] = logf(0.05f);
    const double whole = step_with(model, reference, 1.0f, 1.0f);
    const double half = step_with(model, reference, 1.0f, 0.5f);
    CHECK_MSG(fabs(whole) < 0.5 && fabs(half - 6.02) < 0.5, "steps of %g and %g dB", whole, half);
    latent_free(reference);
    model_free(model);
}

// What is recorded has the level of each frame, and its seam is a straight line.
static void test_recordings_have_levels(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = identity();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    REQUIRE(engine);
    EngineSettings settings = at_rest;
    noise(in);
    settings.latent.capture = true;
    run_engine(engine, &settings, in, out, N - 4800, 512, 1);
    settings.latent.capture = false;
    run_engine(engine, &settings, in + N - 4800, out, 4800, 512, 1);
    Latent *recording = engine_capture(engine, 0);
    REQUIRE(recording && recording->levels && recording->frames > 1000);
    double loud = 0.0, soft = 0.0;
    for (size_t t = 100; t < 600; t++) loud += (double)recording->levels[t] / 500.0;
    for (size_t t = 800; t < 1300; t++) soft += (double)recording->levels[t] / 500.0;
    CHECK_MSG(fabs(loud - soft - log(4.0)) < 0.05, "%g and %g", loud, soft);
    CHECK_MSG(fabs(loud - log(0.2 / sqrt(3.0))) < 0.4, "%g", loud);
    // Between the soft end and the loud beginning it goes over little by little.
    float largest = 0.0f;
    const size_t frames = recording->frames;
    for (size_t t = frames - 5; t < frames + 20; t++)
        largest = fmaxf(largest,
                        fabsf(recording->levels[(t + 1) % frames] - recording->levels[t % frames]));
    CHECK_MSG(largest < 0.5f, "a step of %g", (double)largest);

    // A copy in another engine plays the same, levels too.
    Engine *other = engine_new(model, NULL, 48000.0, 1, &error);
    REQUIRE(other);
    engine_restore_capture(other, 0, recording);
    Latent *again = engine_capture(other, 0);
    REQUIRE(again && again->frames == frames);
    CHECK(memcmp(again->levels, recording->levels, frames * sizeof(float)) == 0);
    latent_free(again);
    latent_free(recording);
    engine_free(other);
    engine_free(engine);
    model_free(model);
}

// A soft end after a loud sound comes late: attacks and ends melt.
static void test_smear_smooths_the_level(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = identity();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    REQUIRE(engine);
    EngineSettings settings = at_rest;
    settings.latent.smear = 0.3f;
    noise(in);
    run_engine(engine, &settings, in, out, N, 512, 1);
    const double just_after = level(out, HALF + 12000) - level(in, HALF + 12000);
    CHECK_MSG(just_after > 5.0 && just_after < 11.0, "%g dB", just_after);
    const double before = level(out, HALF) - level(in, HALF);
    CHECK_MSG(fabs(before) < 1.5, "%g dB", before); // the mean of logarithms is less
    engine_free(engine);
    model_free(model);
}

// A latent without level has no rhythm: crossed, the track has the reference's timbre and its own
// loudness, as mixed whole without dynamics. Full dynamics change nothing then.
static void test_cross_blends_the_timbre(void)
{
    static float in[N], mixed[N], crossed[N];
    Error error;
    Model *model = identity();
    Latent *reference = latent_new(model, 400, &error);
    REQUIRE(model && reference);
    for (size_t t = 0; t < reference->frames; t++) {
        reference->levels[t] = logf(0.05f);
        for (size_t c = 0; c < BANDS; c++)
            reference->values[t * BANDS + c] = (float)sin(0.3 * (double)t + (double)c);
    }
    noise(in);
    EngineSettings settings = at_rest;
    settings.latent.blend = 1.0f;
    Engine *mix = engine_new(model, reference, 48000.0, 1, &error);
    Engine *cross = engine_new(model, reference, 48000.0, 1, &error);
    REQUIRE(mix && cross);
    run_engine(mix, &settings, in, mixed, N, 512, 1);
    settings.latent.blend_mode = BLEND_CROSS;
    settings.latent.dynamics = 1.0f;
    run_engine(cross, &settings, in, crossed, N, 512, 1);
    CHECK(memcmp(mixed, crossed, sizeof mixed) == 0);
    CHECK(memcmp(mixed, in, sizeof mixed) != 0);
    engine_free(mix);
    engine_free(cross);
    latent_free(reference);
    model_free(model);
}

int main(void)
{
    RUN(test_dynamics_blends_the_level);
    RUN(test_level_of_a_latent_frame_is_a_mean);
    RUN(test_cross_blends_the_timbre);
    RUN(test_recordings_have_levels);
    RUN(test_smear_smooths_the_level);
    return check_status();
}
