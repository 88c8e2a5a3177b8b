// The whole effect: latency, level, alignment, ramps, bad input.
#include "engine/stream.h"
#include "lib/check.h"
#include "lib/engine_fixture.h"
#include "math/denormals.h"
#include "math/resample.h"

#include <float.h>

// ---- Rates, latency, level ----

// Fits out(t) to a sine of frequency f that starts at sample `latency`: its amplitude, and its
// lag in samples.
static void measure_sine(const float *out, size_t from, size_t to, double f, double rate,
                         int latency, double *amplitude, double *lag)
{
    double in_phase = 0.0, quadrature = 0.0;
    for (size_t i = from; i < to; i++) {
        const double phase = 6.283185307179586 * f * ((double)i - latency) / rate;
        in_phase += out[i] * sin(phase);
        quadrature += out[i] * cos(phase);
    }
    const double n = (double)(to - from) / 2.0;
    *amplitude = hypot(in_phase, quadrature) / n;
    *lag = -atan2(quadrature, in_phase) / (6.283185307179586 * f) * rate;
}

static void test_any_rate_keeps_level_and_time(void)
{
    Error error;
    Model *model = fixture_identity(22050.0);
    for (int r = 0; r < RATES; r++) {
        const double rate = rates[r], f = 997.0;
        Engine *engine = engine_new(model, NULL, rate, 1, &error);
        REQUIRE(engine);
        const size_t n = (size_t)rate * 4;
        float *audio = malloc(n * sizeof(float));
        for (size_t i = 0; i < n; i++)
            audio[i] = (float)(0.5 * sin(6.283185307179586 * f * (double)i / rate));
        run_engine(engine, &wet_only, audio, audio, n, 8192, 4);
        double amplitude, lag;
        const size_t second = (size_t)rate; // whole seconds hold whole periods
        measure_sine(audio, 2 * second, 4 * second, f, rate, engine_latency(engine), &amplitude,
                     &lag);
        CHECK_MSG(fabs(20.0 * log10(amplitude / 0.5)) < 0.01, "%g Hz: level %+.4f dB", rate,
                  20.0 * log10(amplitude / 0.5));
        CHECK_MSG(fabs(lag) < 0.01, "%g Hz: %+.4f samples off", rate, lag);
        free(audio);
        engine_free(engine);
    }
    model_free(model);
}

// The loudest sample of a click comes exactly at the latency, wherever in the hop it stands.
static void test_impulse_comes_at_the_latency(void)
{
    Error error;
    Model *model = fixture_identity(22050.0);
    for (int r = 0; r < RATES; r++) {
        Engine *engine = engine_new(model, NULL, rates[r], 1, &error);
        REQUIRE(engine);
        const size_t latency = (size_t)engine_latency(engine), n = latency + 4096;
        float *audio = malloc(n * sizeof(float));
        for (size_t at = 900; at < 960; at += 7) {
            memset(audio, 0, n * sizeof(float));
            audio[at] = 1.0f;
            engine_reset(engine);
            run_engine(engine, &wet_only, audio, audio, n, 512, (uint32_t)at);
            size_t peak = 0;
            for (size_t i = 0; i < n; i++)
                if (fabsf(audio[i]) > fabsf(audio[peak])) peak = i;
            // At less than the model's rate the click may lie between two of the model's samples.
            const long off = (long)peak - (long)(at + latency);
            const long most = rates[r] > 22050.0 ? (long)(rates[r] / 44100.0) : 0;
            CHECK_MSG(labs(off) <= most, "%g Hz: %ld samples off", rates[r], off);
        }
        free(audio);
        engine_free(engine);
    }
    model_free(model);
}

// What the decoder waits for is a whole number of the host's samples here, which a quotient of
// doubles falls short of: the sound would come a sample later than is told.
static void test_latency_that_is_whole(void)
{
    Error error;
    Model *model = fixture_model("2k222s2p110", ACTIVATION_LEAKY_RELU, 24000.0, 1);
    Engine *engine = engine_new(model, NULL, 44100.0, 1, &error);
    REQUIRE(engine);
    CHECK_MSG(engine_latency(engine) == 476, "%d samples", engine_latency(engine));
    engine_free(engine);
    model_free(model);
}

static void test_latency_of_the_report_sized_models(void)
{
    Error error;
    static const char *const names[] = {"extra_chico", "chico", "normal", "grande"};
    for (int i = 0; i < 4; i++) {
        Model *model = fixture_model(names[i], ACTIVATION_LEAKY_RELU, 22050.0, 1);
        Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
        CHECK_MSG(engine_latency(engine) <= 336, "%s: %d samples", names[i],
                  engine_latency(engine));
        engine_free(engine);
        engine = engine_new(model, NULL, 22050.0, 1, &error);
        CHECK(engine_latency(engine) == 109);
        engine_free(engine);
        model_free(model);
    }
}

// Ten minutes of sound at the rates whose ratio a double cannot hold: not a sample is
// gained or lost.
static void test_no_drift(void)
{
    Error error;
    Model *model = fixture_identity(22050.0);
    static const double odd_rates[] = {44056.0, 48000.0, 47952.0};
    for (int r = 0; r < 3; r++) {
        const double rate = odd_rates[r], f = 441.0;
        Engine *engine = engine_new(model, NULL, rate, 1, &error);
        REQUIRE(engine);
        enum { BLOCK = 4096 };
        float audio[BLOCK];
        const uint64_t total = (uint64_t)(rate * 600.0) / BLOCK * BLOCK;
        double in_phase = 0.0, quadrature = 0.0;
        for (uint64_t at = 0; at < total; at += BLOCK) {
            for (uint64_t i = 0; i < BLOCK; i++)
                audio[i] = (float)sin(6.283185307179586 * fmod(f * (double)(at + i) / rate, 1.0));
            run_engine(engine, &wet_only, audio, audio, BLOCK, 8192, (uint32_t)at);
            if (at < total - 64 * BLOCK) continue;
            for (uint64_t i = 0; i < BLOCK; i++) {
                const double time = ((double)(at + i) - engine_latency(engine)) / rate;
                in_phase += audio[i] * sin(6.283185307179586 * fmod(f * time, 1.0));
                quadrature += audio[i] * cos(6.283185307179586 * fmod(f * time, 1.0));
            }
        }
        const double lag = atan2(quadrature, in_phase) / 6.283185307179586 / f * rate;
        CHECK_MSG(fabs(lag) < 0.01, "%g Hz: %+.4f samples after ten minutes", rate, lag);
        engine_free(engine);
    }
    model_free(model);
}

static void test_blocks_do_not_matter(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    const EngineSettings settings = {
        .latent = {LATENT_NEUTRAL, .noise = 0.3f, .offset = 0.1f, .seed = 9},
        .wet = 0.8f,
        .gain = 0.7f,
        .enabled = true};
    enum { N = 60000 };
    float *audio = malloc(N * sizeof(float)), *one = malloc(N * sizeof(float)),
          *other = malloc(N * sizeof(float));
    fixture_signal(audio, N, 48000.0, 1);
    static const double some[] = {22050.0, 48000.0, 192000.0};
    for (int r = 0; r < 3; r++) {
        Engine *engine = engine_new(model, NULL, some[r], 1, &error);
        run_engine(engine, &settings, audio, one, N, 8192, 1);
        engine_reset(engine);
        run_engine(engine, &settings, audio, other, N, 1, 0);
        CHECK(memcmp(one, other, N * sizeof(float)) == 0);
        engine_reset(engine);
        run_engine(engine, &settings, audio, other, N, 300, 2);
        CHECK(memcmp(one, other, N * sizeof(float)) == 0);
        engine_free(engine);
    }
    free(audio);
    free(one);
    free(other);
    model_free(model);
}

// ---- Mixing ----

static void test_bypass_is_the_delayed_input(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    const size_t latency = (size_t)engine_latency(engine);
    enum { N = 20000 };
    float audio[N], out[N];
    fixture_signal(audio, N, 48000.0, 1);
    EngineSettings settings = wet_only;
    settings.enabled = false;
    settings.gain = 0.1f;
    run_engine(engine, &settings, audio, out, N, 512, 1);
    CHECK(memcmp(out + latency, audio, (N - latency) * sizeof(float)) == 0);
    for (size_t i = 0; i < latency; i++) CHECK(out[i] == 0.0f);

    engine_reset(engine);
    settings = wet_only;
    settings.wet = 0.0f;
    run_engine(engine, &settings, audio, out, N, 512, 1);
    CHECK(memcmp(out + latency, audio, (N - latency) * sizeof(float)) == 0);
    engine_free(engine);
    model_free(model);
}

// Bypass is bypass: whatever is finite passes as it is, and what is not never reaches the output.
static void test_bypass_passes_every_finite_sample(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    const size_t latency = (size_t)engine_latency(engine);
    enum { N = 20000 };
    static float audio[N], out[N];
    for (size_t i = 0; i < N; i++) { // a sine of +9 dB RMS, peaks of 4
        audio[i] = (float)(3.98 * sin(0.03 * (double)i));
        if (i % 1000 == 777) audio[i] = i % 2000 == 777 ? 1e38f : -FLT_MAX;
        if (i % 1000 == 333) audio[i] = i % 2000 == 333 ? NAN : INFINITY;
    }
    for (int wet = 0; wet < 2; wet++) {
        const EngineSettings settings = {.latent = {LATENT_NEUTRAL, .noise = 1.0f},
                                         .wet = wet ? 1.0f : 0.0f,
                                         .gain = 1.0f,
                                         .enabled = !wet,
                                         .detail = 1.0f};
        engine_reset(engine);
        run_engine(engine, &settings, audio, out, N, 512, 1);
        int wrong = 0;
        for (size_t i = latency; i < N; i++) {
            const float in = audio[i - latency];
            wrong += out[i] != (isfinite(in) ? in : 0.0f);
        }
        CHECK_MSG(wrong == 0, "%s: %d samples differ", wet ? "disabled" : "dry", wrong);
    }
    // What is added is bounded: a loud input passes, and is not made louder than it is
    // or the ceiling.
    for (size_t i = 0; i < N; i++) audio[i] = (float)(3.98 * sin(0.03 * (double)i));
    const EngineSettings loud = {.latent = {LATENT_NEUTRAL, .offset = 2.0f, .absolute = true},
                                 .wet = 1.0f,
                                 .gain = 4.0f,
                                 .enabled = true,
                                 .detail = 1.0f};
    engine_reset(engine);
    run_engine(engine, &loud, audio, out, N, 512, 1);
    for (size_t i = latency; i < N; i++)
        CHECK(fabsf(out[i]) <= fmaxf(ENGINE_CEILING, fabsf(audio[i - latency])));
    engine_free(engine);
    model_free(model);
}

// A model that gives what is not finite never silences the dry signal, at no mix, and it heals.
static void test_a_model_that_overflows_leaves_the_dry_signal(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    float *parameters = malloc(arch_parameters(&model->arch) * sizeof(float));
    for (size_t i = 0; i < arch_parameters(&model->arch); i++)
        parameters[i] = 1e15f * model->parameters[i];
    float ones[ARCH_CHANNELS_MAX];
    for (int i = 0; i < ARCH_CHANNELS_MAX; i++) ones[i] = 1.0f;
    Model *wild = model_new(&model->arch, 22050.0, parameters,
                            &(ModelStatistics){.mean = ones, .std = ones}, &model->info, &error);
    free(parameters);
    REQUIRE(wild);
    Engine *engine = engine_new(wild, NULL, 22050.0, 1, &error);
    REQUIRE(engine);
    const size_t latency = (size_t)engine_latency(engine);
    enum { N = 8000 };
    static float audio[N], out[N];
    fixture_signal(audio, N, 22050.0, 1);
    for (int mix = 0; mix < 3; mix++) {
        const EngineSettings settings = {ENGINE_NEUTRAL, .detail = mix == 2 ? 1.0f : 0.0f};
        EngineSettings mixed = settings;
        mixed.wet = mix == 0 ? 0.0f : mix == 1 ? 0.5f : 1.0f;
        engine_reset(engine);
        run_engine(engine, &mixed, audio, out, N, 512, 1);
        double product = 0.0, squares = 0.0;
        bool finite = true;
        for (size_t i = latency; i < N; i++) {
            finite = finite && isfinite(out[i]);
            product += (double)out[i] * (double)audio[i - latency];
            squares += (double)audio[i - latency] * (double)audio[i - latency];
        }
        CHECK(finite);
        if (mix == 0) CHECK(memcmp(out + latency, audio, (N - latency) * sizeof(float)) == 0);
        CHECK_MSG(product / squares > 0.4, "mix %d: %g of the dry signal", mix, product / squares);
    }
    engine_free(engine);
    model_free(wild);
    model_free(model);
}

static double largest_step(const float *audio, size_t n)
{
    double largest = 0.0;
    for (size_t i = 1; i < n; i++)
        largest = fmax(largest, fabs((double)audio[i] - (double)audio[i - 1]));
    return largest;
}

// A control that jumps must not step the output more than the two settings' own sounds do, and the
// ramp's own step: full scale over 20 ms, or in the latent, whose frames this model does not
// overlap, a sigma over 50 ms of frames.
static void check_jump(const EngineSettings *from, const EngineSettings *to, double ramp_step,
                       const char *what)
{
    Error error;
    Model *model = fixture_identity(22050.0);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    enum { N = 24000 };
    float audio[N], before[N], after[N], jump[N];
    for (size_t i = 0; i < N; i++) audio[i] = (float)(0.5 * sin((double)i * 0.01));
    run_engine(engine, from, audio, before, N, 512, 1);
    engine_reset(engine);
    run_engine(engine, to, audio, after, N, 512, 1);
    engine_reset(engine);
    for (size_t at = 0; at < N; at += 480) {
        const size_t n = N - at < 480 ? N - at : 480;
        run_engine(engine, at / 4800 % 2 ? to : from, audio + at, jump + at, n, 512, 1);
    }
    const double allowed = ramp_step + fmax(largest_step(before + 1000, N - 1000),
                                            largest_step(after + 1000, N - 1000));
    const double step = largest_step(jump + 1000, N - 1000);
    CHECK_MSG(step <= allowed, "%s: a step of %g where %g is allowed", what, step, allowed);
    engine_free(engine);
    model_free(model);
}

static void test_jumping_controls_do_not_click(void)
{
    EngineSettings other = wet_only;
    other.gain = 0.1f;
    check_jump(&wet_only, &other, 1.0 / 960.0, "gain");
    other = wet_only;
    other.wet = 0.0f;
    check_jump(&wet_only, &other, 1.0 / 960.0, "dry/wet");
    other = wet_only;
    other.enabled = false;
    check_jump(&wet_only, &other, 1.0 / 960.0, "enabled");
    other = wet_only;
    other.latent.offset = 1.0f;
    check_jump(&wet_only, &other, 0.5 / 68.0, "offset");
}

// ---- Detail ----

static void test_detail_makes_it_transparent(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    model->info.level = -18.0;
    static const double some[] = {22050.0, 44100.0, 48000.0};
    for (int r = 0; r < 3; r++) {
        Engine *engine = engine_new(model, NULL, some[r], 1, &error);
        const size_t latency = (size_t)engine_latency(engine);
        enum { N = 100000 };
        float *audio = malloc(N * sizeof(float)), *out = malloc(N * sizeof(float));
        fixture_signal(audio, N, some[r], 1);
        const EngineSettings settings = {ENGINE_NEUTRAL, .detail = 1.0f, .auto_gain = true};
        run_engine(engine, &settings, audio, out, N, 512, 1);
        const double difference = fixture_difference(out + latency, audio, N - latency);
        CHECK_MSG(difference < 1e-6, "%g Hz: %g", some[r], difference); // -120 dB
        engine_free(engine);
        free(audio);
        free(out);
    }
    model_free(model);
}

// Noise that comes and goes, so that the decoders part and meet.
static void run_with_noise(Engine *engine, EngineSettings settings, float noise, const float *in,
                           float *out, size_t n)
{
    engine_reset(engine);
    for (size_t at = 0; at < n; at += 2500) {
        settings.latent.noise = at / 2500 % 2 ? noise : 0.0f;
        run_engine(engine, &settings, in + at, out + at, n - at < 2500 ? n - at : 2500, 512, 1);
    }
}

// decode(z') + detail * (input - decode(z)), from engines that make each part by itself.
static void test_detail_adds_what_the_network_loses(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 22050.0, 1, &error);
    const size_t latency = (size_t)engine_latency(engine);
    enum { N = 40000 };
    static float audio[N], clean[N], noisy[N], both[N];
    fixture_signal(audio, N, 22050.0, 1);
    EngineSettings settings = wet_only;
    run_with_noise(engine, settings, 0.0f, audio, clean, N);
    run_with_noise(engine, settings, 0.4f, audio, noisy, N);
    settings.detail = 0.6f;
    run_with_noise(engine, settings, 0.4f, audio, both, N);
    double largest = 0.0;
    for (size_t i = latency; i < N; i++) {
        const double wanted =
            (double)noisy[i] + 0.6 * ((double)audio[i - latency] - (double)clean[i]);
        largest = fmax(largest, fabs(wanted - (double)both[i]));
    }
    CHECK_MSG(largest < 1e-6, "%g", largest);
    engine_free(engine);
    model_free(model);
}

// Noise comes, and goes again: the decoders part and meet, and then the input is whole again.
static void test_detail_is_whole_again_after_noise(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    const size_t latency = (size_t)engine_latency(engine);
    enum { N = 60000 };
    float *audio = malloc(N * sizeof(float)), *out = malloc(N * sizeof(float));
    fixture_signal(audio, N, 48000.0, 1);
    EngineSettings settings = wet_only;
    settings.detail = 1.0f;
    run_engine(engine, &settings, audio, out, 20000, 512, 1);
    settings.latent.noise = 1.0f;
    run_engine(engine, &settings, audio + 20000, out + 20000, 10000, 512, 1);
    settings.latent.noise = 0.0f;
    run_engine(engine, &settings, audio + 30000, out + 30000, 30000, 512, 1);
    CHECK(fixture_difference(out + latency, audio, 20000 - latency) < 1e-6);
    CHECK(fixture_difference(out + 25000 + latency, audio + 25000, 1000) > 1e-3);
    const size_t again = 30000 + 2400 + 2 * latency;
    CHECK(fixture_difference(out + again + latency, audio + again, N - again - latency) < 1e-6);
    engine_free(engine);
    free(audio);
    free(out);
    model_free(model);
}

// ---- Automatic gain ----

static double rms(const float *audio, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)audio[i] * (double)audio[i];
    return sqrt(sum / (double)n);
}

// A model with noise of a fixed amount: the automatic gain keeps its distance from the music,
// however loud that is.
static void test_auto_gain_keeps_the_noise_in_proportion(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    model->info.level = -15.0;
    enum { N = 48000 * 6, FROM = 48000 * 4 };
    float *audio = malloc(N * sizeof(float)), *out = malloc(N * sizeof(float));
    double share[2];
    for (int i = 0; i < 2; i++) {
        Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
        const size_t latency = (size_t)engine_latency(engine);
        fixture_signal(audio, N, 48000.0, 1);
        for (size_t s = 0; s < N; s++) audio[s] *= i ? 0.1f : 1.0f;
        const EngineSettings settings = {.latent = {LATENT_NEUTRAL, .noise = 0.5f, .seed = 1},
                                         .wet = 1.0f,
                                         .gain = 1.0f,
                                         .detail = 1.0f,
                                         .auto_gain = true,
                                         .enabled = true};
        run_engine(engine, &settings, audio, out, N, 512, 1);
        for (size_t s = FROM; s < N; s++) out[s] -= audio[s - latency];
        share[i] = rms(out + FROM, N - FROM) / rms(audio + FROM - latency, N - FROM);
        engine_free(engine);
    }
    CHECK_MSG(fabs(20.0 * log10(share[1] / share[0])) < 0.5, "%g and %g of the music", share[0],
              share[1]);
    free(audio);
    free(out);
    model_free(model);
}

// ---- Bad input ----

static void test_bad_input_passes(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    enum { N = 48000, BAD = 4800, HEALTHY = 4800 };
    float audio[N], clean[N], out[N];
    fixture_signal(audio, N, 48000.0, 1);
    memcpy(clean, audio, sizeof audio);
    static const float bad[] = {NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 1e-42f};
    for (size_t i = 9600; i < 9600 + BAD; i++) audio[i] = bad[i % 6];
    run_engine(engine, &wet_only, audio, out, N, 512, 1);
    bool finite = true;
    for (size_t i = 0; i < N; i++) finite = finite && isfinite(out[i]);
    CHECK(finite);
    engine_reset(engine);
    run_engine(engine, &wet_only, clean, clean, N, 512, 1);
    const size_t from = 9600 + BAD + HEALTHY;
    CHECK(memcmp(out + from, clean + from, (N - from) * sizeof(float)) == 0);
    engine_free(engine);
    model_free(model);
}

static void test_denormals_are_off_inside_and_back_after(void)
{
    const DenormalsState before = denormals_off();
    volatile float small = 1e-38f;
    CHECK(small * 0.01f == 0.0f);
    denormals_restore(before);
    CHECK(small * 0.01f != 0.0f);

    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    float audio[64] = {0};
    run_engine(engine, &wet_only, audio, audio, 64, 64, 1);
    CHECK(small * 0.01f != 0.0f);
    engine_free(engine);
    model_free(model);
}

static void test_channels_may_swap_buffers(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 44100.0, 2, &error);
    enum { N = 5000 };
    float left[N], right[N], a[N], b[N];
    fixture_signal(left, N, 44100.0, 1);
    fixture_signal(right, N, 44100.0, 2);
    const float *const in[2] = {left, right};
    float *const apart[2] = {a, b};
    engine_process(engine, &wet_only, in, apart, N);
    engine_reset(engine);
    float *const swapped[2] = {right, left};
    engine_process(engine, &wet_only, in, swapped, N);
    CHECK(memcmp(a, right, sizeof a) == 0 && memcmp(b, left, sizeof b) == 0);
    engine_free(engine);
    model_free(model);
}

static void test_foreign_reference_is_refused(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Model *other = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 2);
    Latent *latent = latent_new(other, 100, &error);
    CHECK(!engine_new(model, latent, 48000.0, 1, &error));
    CHECK_MSG(strstr(error.text, "another model"), "%s", error.text);
    latent_free(latent);
    model_free(model);
    model_free(other);
}

static void test_impossible_engines_are_refused(void)
{
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    CHECK(!engine_new(model, NULL, 7999.0, 1, &error));
    CHECK(!engine_new(model, NULL, NAN, 1, &error));
    CHECK(!engine_new(model, NULL, 48000.0, 0, &error));
    CHECK(!engine_new(model, NULL, 48000.0, ENGINE_CHANNELS_MAX + 1, &error));
    model_free(model);
}

int main(void)
{
    RUN(test_any_rate_keeps_level_and_time);
    RUN(test_impulse_comes_at_the_latency);
    RUN(test_latency_that_is_whole);
    RUN(test_latency_of_the_report_sized_models);
    RUN(test_no_drift);
    RUN(test_blocks_do_not_matter);
    RUN(test_bypass_is_the_delayed_input);
    RUN(test_bypass_passes_every_finite_sample);
    RUN(test_a_model_that_overflows_leaves_the_dry_signal);
    RUN(test_jumping_controls_do_not_click);
    RUN(test_detail_makes_it_transparent);
    RUN(test_detail_adds_what_the_network_loses);
    RUN(test_detail_is_whole_again_after_noise);
    RUN(test_auto_gain_keeps_the_noise_in_proportion);
    RUN(test_foreign_reference_is_refused);
    RUN(test_bad_input_passes);
    RUN(test_denormals_are_off_inside_and_back_after);
    RUN(test_channels_may_swap_buffers);
    RUN(test_impossible_engines_are_refused);
    return check_status();
}
