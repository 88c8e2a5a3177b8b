// The engine with input and weights that are made to break it, for both kinds of models: what comes
// out is finite, and within the ceiling if the input was, and music that follows is music again.
#include "lib/check.h"
#include "lib/engine_fixture.h"

#include <float.h>

enum { N = 48000, HOSTILE = 20000, KINDS = 12 };

static const char *const archs[] = {
    "8k8s4p2,r6k3d2,4k4s2p1+linear",
    "spectrum512h64b20f80:16k1s1p0,r8k3d2,8k1s1p0,r8k2d1+linear",
    "spectrum64h16b8f20:6k3s2p1,3k1s1p0",
};
enum { ARCHS = sizeof archs / sizeof *archs };

// Sample i of an input that nobody plays.
static float hostile(int kind, size_t i, float music)
{
    switch (kind) {
    case 0: return i % 50 < 5 ? NAN : music;
    case 1: return i % 31 == 0 ? (i % 2 ? INFINITY : -INFINITY) : music;
    case 2: return i % 2 ? FLT_MAX : -FLT_MAX;
    case 3: return ENGINE_CEILING; // a constant
    case 4: return i % 2 ? ENGINE_CEILING : -ENGINE_CEILING;
    case 5: return i % 997 == 0 ? 1.0f : 0.0f; // impulses
    case 6: return i / 300 % 2 ? 1.0f : -1.0f;
    case 7: return i % 2 ? 1e-42f : -1e-42f;                            // denormals
    case 8: return i < 100 ? music : 1e-30f * music;                    // whose squares are
    case 9: return i % 4000 < 2000 ? 0.0f : 1.0f;                       // steps out of silence
    case 10: return music * powf(10.0f, -(float)(i % 10000) / 1000.0f); // fades to nothing
    default: return i % 640 < 10 ? music : 0.0f;
    }
}

static EngineSettings settings_of(int which)
{
    EngineSettings settings = {ENGINE_NEUTRAL, .detail = which % 2 ? 1.0f : 0.3f};
    settings.auto_gain = true;
    settings.latent.noise = which > 0 ? 2.0f : 0.0f;
    settings.latent.drift = which > 1 ? 3.0f : 0.0f;
    settings.latent.scale = which > 0 ? 2.0f : 1.0f;
    settings.latent.offset = which > 1 ? -2.0f : 0.0f;
    settings.latent.smear = which > 2 ? 0.5f : 0.0f;
    settings.latent.freeze = which > 3;
    settings.latent.freeze_kind = which > 4 ? FREEZE_SOUND : FREEZE_TIMBRE;
    settings.latent.freeze_seconds = 0.1f;
    settings.gain = which > 2 ? 4.0f : 1.0f;
    return settings;
}

static double rms(const float *audio, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)audio[i] * (double)audio[i];
    return sqrt(sum / (double)n);
}

static void check_kind(Engine *engine, const char *arch, int kind, int which)
{
    static float music[N], in[N], out[N];
    fixture_signal(music, N, 48000.0, 1);
    for (size_t i = 0; i < N; i++) in[i] = i < HOSTILE ? hostile(kind, i, music[i]) : music[i];
    // What is louder than the ceiling by itself may pass as it is.
    float loudest = ENGINE_CEILING;
    for (size_t i = 0; i < N; i++) loudest = fmaxf(loudest, engine_finite(fabsf(in[i])));
    EngineSettings settings = settings_of(which);
    engine_reset(engine);
    run_engine(engine, &settings, in, out, HOSTILE, 512, 1);
    settings.latent.freeze = false;
    settings.latent.smear = 0.0f;
    run_engine(engine, &settings, in + HOSTILE, out + HOSTILE, N - HOSTILE, 512, 2);
    for (size_t i = 0; i < N; i++) {
        const bool bounded = fabsf(out[i]) <= loudest;
        if (!CHECK_MSG(bounded, "%s, input %d, settings %d, sample %zu: %g", arch, kind, which, i,
                       (double)out[i]))
            return;
    }
    // At rest it is the music itself that comes out then.
    if (which > 0) return;
    const double heard = rms(out + N - 9600, 9600), played = rms(music + N - 9600, 9600);
    CHECK_MSG(heard > 0.1 * played && heard < 8.0 * played, "%s, input %d: %g of %g", arch, kind,
              heard, played);
}

static void test_hostile_input(void)
{
    for (int a = 0; a < ARCHS; a++) {
        Error error;
        Model *model = fixture_model(archs[a], ACTIVATION_LEAKY_RELU, 48000.0, 1);
        Engine *engine = engine_new(model, NULL, a == 1 ? 44100.0 : 48000.0, 1, &error);
        REQUIRE(engine);
        for (int kind = 0; kind < KINDS; kind++)
            for (int which = 0; which < 6; which++) check_kind(engine, archs[a], kind, which);
        engine_free(engine);
        model_free(model);
    }
}

// Once they are gone, at rest a spectrum's model gives the delayed music, bit for bit.
static void test_nothing_of_it_stays_in_a_spectrum(void)
{
    static float music[N], in[N], out[N];
    Error error;
    Model *model = fixture_model(archs[1], ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    REQUIRE(engine);
    const EngineSettings at_rest = {ENGINE_NEUTRAL, .detail = 1.0f};
    const size_t delay = (size_t)engine_latency(engine), settled = HOSTILE + 512;
    fixture_signal(music, N, 48000.0, 1);
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < N; i++) in[i] = i < HOSTILE ? hostile(kind, i, music[i]) : music[i];
        engine_reset(engine);
        run_engine(engine, &at_rest, in, out, N, 512, 1);
        CHECK_MSG(memcmp(out + settled + delay, music + settled,
                         (N - settled - delay) * sizeof(float)) == 0,
                  "input %d", kind);
    }
    engine_free(engine);
    model_free(model);
}

// Weights that are finite, and whose products are not.
static void test_hostile_weights(void)
{
    static const float weight[] = {FLT_MAX, -FLT_MAX, 1e20f, 1e-42f};
    for (int a = 0; a < ARCHS; a++) {
        for (size_t w = 0; w < sizeof weight / sizeof *weight; w++) {
            Error error;
            Model *model = fixture_model(archs[a], ACTIVATION_SILU, 48000.0, 1);
            const size_t count = arch_parameters(&model->arch);
            float *parameters = malloc(count * sizeof(float));
            for (size_t i = 0; i < count; i++) parameters[i] = i % 3 ? weight[w] : -weight[w];
            const ModelStatistics statistics = model_statistics(model);
            Model *bad =
                model_new(&model->arch, 48000.0, parameters, &statistics, &model->info, &error);
            Engine *engine = bad ? engine_new(bad, NULL, 48000.0, 1, &error) : NULL;
            REQUIRE(engine);
            check_kind(engine, archs[a], 6, 2);
            check_kind(engine, archs[a], 10, 3);
            engine_free(engine);
            model_free(bad);
            model_free(model);
            free(parameters);
        }
    }
}

int main(void)
{
    RUN(test_hostile_input);
    RUN(test_nothing_of_it_stays_in_a_spectrum);
    RUN(test_hostile_weights);
    return check_status();
}
