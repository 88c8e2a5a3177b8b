// The engine with spectral models where nothing sounds: silence, constant offsets, and bands that
// the host's rate leaves empty.
#include "front/analysis.h"
#include "lib/check.h"
#include "lib/engine_fixture.h"

enum { HOP = 64, BANDS = 20, N = 40000 };

static const EngineSettings at_rest = {ENGINE_NEUTRAL, .detail = 1.0f};

static EngineSettings altered; // see main()

static Model *network(void)
{
    return fixture_model("spectrum512h64b20f80:16k1s1p0,r8k3d2,8k1s1p0,r8k2d1",
                         ACTIVATION_LEAKY_RELU, 48000.0, 1);
}

// A gap of 300 frames is not recorded: the recording has no more than the 160 frames of sound
// before and after it, and those that the window carries over.
static void test_silence_is_not_recorded(void)
{
    enum { SOUND = 150 * HOP, GAP = 300 * HOP, WINDOW_HOPS = 8 };
    static float in[N], out[N];
    Error error;
    Model *model = network();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    EngineSettings settings = at_rest;
    fixture_signal(in, SOUND, 48000.0, 1);
    memset(in + SOUND, 0, GAP * sizeof(float));
    fixture_signal(in + SOUND + GAP, N - SOUND - GAP, 48000.0, 2);
    settings.latent.capture = true;
    run_engine(engine, &settings, in, out, SOUND + GAP + 10 * HOP, 512, 1);
    settings.latent.capture = false;
    run_engine(engine, &settings, in + SOUND + GAP + 10 * HOP, out, 10 * HOP, 512, 1);
    Latent *recording = engine_capture(engine, 0);
    REQUIRE(recording);
    CHECK_MSG(recording->frames > 100 && recording->frames <= 160 + WINDOW_HOPS, "%zu frames",
              recording->frames);
    latent_free(recording);
    engine_free(engine);
    model_free(model);
}

// Nothing in, nothing out, but for what the window carries over.
static void test_silence_stays_silent(void)
{
    enum { SOUND = 9600 };
    static float in[N], out[N];
    Error error;
    Model *model = network();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    fixture_signal(in, SOUND, 48000.0, 1);
    run_engine(engine, &altered, in, out, N, 512, 1);
    for (size_t i = SOUND + 512 + 4 * HOP; i < N; i++)
        CHECK_MSG(out[i] == 0.0f, "sample %zu: %g", i, (double)out[i]);
    engine_free(engine);
    model_free(model);
}

// A constant offset, with what a resampler and a converter's last bit leave on it, is silence: it
// comes out as it is.
static void test_an_offset_is_no_sound(void)
{
    enum { SETTLED = 4000 };
    static const float offsets[] = {0.5f, -0.01f, 1e-4f};
    static float in[N], out[N];
    Error error;
    Model *model = network();
    for (int r = 0; r < RATES; r++) {
        for (size_t o = 0; o < sizeof offsets / sizeof *offsets; o++) {
            Engine *engine = engine_new(model, NULL, rates[r], 1, &error);
            REQUIRE(engine);
            const size_t latency = (size_t)engine_latency(engine), settled = SETTLED + latency;
            for (size_t i = 0; i < N; i++) in[i] = offsets[o] + (i % 3 == 0 ? 5e-8f : 0.0f);

            run_engine(engine, &altered, in, out, N, 512, 1);
            CHECK_MSG(memcmp(out + settled, in + settled - latency, (N - settled) * sizeof *out) ==
                          0,
                      "%g at %g Hz", (double)offsets[o], rates[r]);
            engine_free(engine);
        }
    }
    model_free(model);
}

// A soft tone on an offset is a sound, and changes.
static void test_a_tone_on_an_offset_sounds(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = network();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    for (size_t i = 0; i < N; i++) in[i] = 0.1f + 1e-4f * sinf(0.02f * (float)i);

    run_engine(engine, &altered, in, out, N, 512, 1);
    const size_t latency = (size_t)engine_latency(engine);
    CHECK(memcmp(out + 4000, in + 4000 - latency, (N - 4000) * sizeof *out) != 0);
    engine_free(engine);
    model_free(model);
}

// Bands that the host's rate leaves empty are at the model's mean, whatever sounds: 0 in a latent
// that is the levels themselves.
static void test_empty_bands_are_at_the_mean(void)
{
    static float in[N], out[N];
    static const double low[] = {22050.0, 16000.0, 31999.0};
    Error error;
    Model *model = fixture_levels("spectrum512h64b20f80:20k1s1p0", BANDS);
    for (size_t r = 0; r < sizeof low / sizeof *low; r++) {
        Engine *engine = engine_new(model, NULL, low[r], 1, &error);
        REQUIRE(engine);
        fixture_signal(in, N, low[r], 1);
        EngineSettings settings = at_rest;
        settings.latent.capture = true;
        run_engine(engine, &settings, in, out, N / 2, 512, 1);
        settings.latent.capture = false;
        run_engine(engine, &settings, in + N / 2, out, N / 2, 512, 1);
        Latent *latent = engine_capture(engine, 0);
        const int present =
            bands_below(&model->arch.front, 48000.0, analysis_limit(low[r], 48000.0));
        REQUIRE(latent && latent->channels == BANDS && latent->frames > 100);
        REQUIRE(present > 5 && present < BANDS);
        for (size_t t = 0; t < latent->frames; t++)
            for (int k = 0; k < BANDS; k++)
                CHECK((latent->values[t * BANDS + (size_t)k] == 0.0f) == (k >= present));
        latent_free(latent);
        engine_free(engine);
    }
    model_free(model);
}

// After a rest the sound is that of an engine which begins in the rest: what the engine does not
// compute while nothing sounds is not missed.
static void test_a_rest_leaves_no_trace(void)
{
    enum { SOUND = 9601, REST = 72000, ALL = SOUND + REST + N, FROM = SOUND + REST - 4999 };
    static float in[ALL], out[ALL], begun[ALL];
    EngineSettings settings = {ENGINE_NEUTRAL, .detail = 0.5f};
    Error error;
    Model *models[] = {network(), fixture_model("normal", ACTIVATION_TANH, 22050.0, 1)};
    settings.latent.scale = 1.5f;
    fixture_signal(in, SOUND, 48000.0, 1);
    fixture_signal(in + SOUND + REST, N, 48000.0, 2);
    for (int m = 0; m < 2; m++) {
        Engine *engine = engine_new(models[m], NULL, 48000.0, 1, &error);
        Engine *late = engine_new(models[m], NULL, 48000.0, 1, &error);
        REQUIRE(engine && late);
        run_engine(engine, &settings, in, out, ALL, 512, 1);
        engine_locate(late, &settings, FROM);
        run_engine(late, &settings, in + FROM, begun + FROM, ALL - FROM, 512, 2);
        const size_t from = SOUND + REST;
        CHECK_MSG(memcmp(out + from, begun + from, N * sizeof *out) == 0, "model %d", m);
        engine_free(engine);
        engine_free(late);
        model_free(models[m]);
    }
}

int main(void)
{
    altered = at_rest;
    altered.latent.noise = 0.5f;
    altered.latent.scale = 1.3f;
    altered.detail = 0.0f;
    RUN(test_silence_is_not_recorded);
    RUN(test_silence_stays_silent);
    RUN(test_an_offset_is_no_sound);
    RUN(test_a_tone_on_an_offset_sounds);
    RUN(test_empty_bands_are_at_the_mean);
    RUN(test_a_rest_leaves_no_trace);
    return check_status();
}
