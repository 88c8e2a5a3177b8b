// The engine with spectral models: rest is the delayed input, gains do what the formula says, the
// same for all channels; nothing depends on block lengths, and little on where playing began.
#include "front/spectrum.h"
#include "front/synthesis.h"
#include "lib/check.h"
#include "lib/engine_fixture.h"

enum { HOP = 64, BANDS = 20, N = 40000 };

// A small network with residual blocks, and one whose latent is the levels themselves.
#define NETWORK  "spectrum512h64b20f80:16k1s1p0,r8k3d2,8k1s1p0,r8k2d1"
#define IDENTITY "spectrum512h64b20f80:20k1s1p0"

static Model *network(void)
{
    return fixture_model(NETWORK, ACTIVATION_LEAKY_RELU, 48000.0, 1);
}

static Model *identity(void)
{
    return fixture_levels(IDENTITY, BANDS);
}

// Two channels through an engine in random blocks.
static void run_two(Engine *engine, const EngineSettings *settings, float *const in[2],
                    float *const out[2], size_t n, size_t most, uint32_t seed)
{
    for (size_t at = 0, i = 0; at < n; i++) {
        size_t block = most == 1 ? 1 : fixture_block(seed, i, most);
        if (block > n - at) block = n - at;
        const float *const ins[2] = {in[0] + at, in[1] + at};
        float *const outs[2] = {out[0] + at, out[1] + at};
        engine_process(engine, settings, ins, outs, block);
        at += block;
    }
}

static const EngineSettings at_rest = {ENGINE_NEUTRAL, .detail = 1.0f};

static EngineSettings altered; // see main()

static double rms(const float *audio, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)audio[i] * (double)audio[i];
    return sqrt(sum / (double)n);
}

static void test_rest_is_the_delayed_input(void)
{
    static float in[2][N], out[2][N];
    Error error;
    Model *model = network();
    REQUIRE(model);
    for (int r = 0; r < RATES; r++) {
        Engine *engine = engine_new(model, NULL, rates[r], 2, &error);
        REQUIRE(engine);
        fixture_signal(in[0], N, rates[r], 1);
        fixture_signal(in[1], N, rates[r], 2);
        for (size_t i = 0; i < N; i += 7) in[1][i] = -0.0f; // its sign stays too
        EngineSettings settings = at_rest;
        settings.auto_gain = true;
        const size_t latency = (size_t)engine_latency(engine);
        run_two(engine, &settings, (float *[2]){in[0], in[1]}, (float *[2]){out[0], out[1]}, N, 512,
                1);
        for (int c = 0; c < 2; c++)
            CHECK_MSG(memcmp(out[c] + latency, in[c], (N - latency) * sizeof(float)) == 0,
                      "%g Hz, channel %d", rates[r], c);
        engine_free(engine);
    }
    model_free(model);
}

static void test_latency_is_two_hops(void)
{
    Error error;
    Model *model = network();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    CHECK(engine_latency(engine) == 2 * HOP - 1);
    engine_free(engine);
    model_free(model);
}

// A detail that moves meanwhile is taken where each frame ends.
static void run_changing(Engine *engine, float in[2][N], float out[2][N], size_t most,
                         uint32_t seed)
{
    EngineSettings settings = altered;
    enum { CHANGE = 10001 };
    run_two(engine, &settings, (float *[2]){in[0], in[1]}, (float *[2]){out[0], out[1]}, CHANGE,
            most, seed);
    settings.detail = 0.1f;
    run_two(engine, &settings, (float *[2]){in[0] + CHANGE, in[1] + CHANGE},
            (float *[2]){out[0] + CHANGE, out[1] + CHANGE}, N - CHANGE, most, seed + 1);
}

static void test_block_lengths_do_not_matter(void)
{
    static float in[2][N], first[2][N], other[2][N];
    static const double some[] = {22050.0, 44100.0, 48000.0};
    static const size_t most[] = {1, 63, 8192};
    Error error;
    Model *model = network();
    for (int r = 0; r < 3; r++) {
        fixture_signal(in[0], N, some[r], 1);
        fixture_signal(in[1], N, some[r], 2);
        Engine *engine = engine_new(model, NULL, some[r], 2, &error);
        run_changing(engine, in, first, 512, 1);
        const size_t latency = (size_t)engine_latency(engine);
        CHECK(fixture_difference(first[0] + latency, in[0], N - latency) > 0.01);
        for (int i = 0; i < 3; i++) {
            engine_reset(engine);
            run_changing(engine, in, other, most[i], 2);
            CHECK_MSG(memcmp(first, other, sizeof first) == 0, "%g Hz, blocks up to %zu", some[r],
                      most[i]);
        }
        engine_free(engine);
    }
    model_free(model);
}

// What the formula says, made once more from its parts: writes what is added to audio[N], the hop
// that frame t completes at t HOP.
static void add_by_formula(const Model *model, const float *audio, float scale, float detail,
                           float *added)
{
    const SpectrumSetup setup = {.front = &model->arch.front,
                                 .rate = 48000.0,
                                 .limit = 48000.0,
                                 .band_mean = model->band_mean,
                                 .channels = 1,
                                 .frames = 1};
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    Spectrum *spectrum = spectrum_new(&setup);
    Encoder *encoder = encoder_new(model, 1);
    Decoder *altered_decoder = decoder_new(model, 1), *clean_decoder = decoder_new(model, 1);
    // Silence came before, for as long as the network remembers; its latent stays as it is.
    enum { BEFORE = 64 };
    static const float silence[HOP];
    static float nothing[HOP];
    for (size_t t = 0; t < BEFORE; t++) {
        const float *const hop[1] = {silence};
        float *const made[1] = {nothing};
        const float none[BANDS] = {0};
        const AnalysisFrame *frame = spectrum_analyse(spectrum, hop);
        const LaneFrames latent = encoder_process(encoder, (LaneFrames){frame->values, 0, 1, 1});
        decoder_process(altered_decoder, latent.values, 1);
        decoder_process(clean_decoder, latent.values, 1);
        spectrum_synthesise(spectrum, none, made);
    }
    for (size_t t = 0; (t + 1) * HOP <= N; t++) {
        const float *const hop[1] = {audio + t * HOP};
        float *const made[1] = {added + t * HOP};
        float z[BANDS], gains[BANDS];
        const AnalysisFrame *frame = spectrum_analyse(spectrum, hop);
        const LaneFrames latent = encoder_process(encoder, (LaneFrames){frame->values, 0, 1, 1});
        for (size_t i = 0; i < channels; i++) z[i] = scale * latent.values[i];
        const float *altered_levels = decoder_process(altered_decoder, z, 1).values;
        const float *clean_levels = decoder_process(clean_decoder, latent.values, 1).values;
        for (int k = 0; k < BANDS; k++)
            gains[k] =
                altered_levels[k] - detail * clean_levels[k] - (1.0f - detail) * frame->values[k];
        // The frame keeps its loudness within the limit of the gains.
        for (int round = 0; round < 2; round++) {
            double before = 0.0, after = 0.0;
            for (int k = 0; k < BANDS; k++) {
                gains[k] = fminf(gains[k], SYNTHESIS_LIFT_MAX);
                before += (double)frame->powers[k];
                after += (double)frame->powers[k] * exp(2.0 * (double)gains[k]);
            }
            for (int k = 0; k < BANDS && !frame->silent; k++)
                gains[k] += (float)(0.5 * log(before / after));
        }
        spectrum_synthesise(spectrum, gains, made);
    }
    spectrum_free(spectrum);
    encoder_free(encoder);
    decoder_free(altered_decoder);
    decoder_free(clean_decoder);
}

static void check_formula(const Model *model, float scale, float detail)
{
    static float in[N], out[N], added[N];
    Error error;
    EngineSettings settings = at_rest;
    settings.detail = detail;
    settings.latent.scale = scale;
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    REQUIRE(engine);
    fixture_signal(in, N, 48000.0, 1);
    run_engine(engine, &settings, in, out, N, 512, 1);
    add_by_formula(model, in, scale, detail, added);
    double most = 0.0, change = 0.0;
    for (size_t at = 0; at + 3 * HOP <= N; at++) { // frame t completes the hop before it
        const double wanted = (double)in[at] + (double)added[at + HOP];
        most = fmax(most, fabs((double)out[at + 2 * HOP - 1] - wanted));
        change = fmax(change, fabs((double)added[at + HOP]));
    }
    CHECK_MSG(most < 1e-6 && change > 0.005, "scale %g, detail %g: %g off, change %g",
              (double)scale, (double)detail, most, change);
    engine_free(engine);
}

static void test_gains_are_those_of_the_formula(void)
{
    Model *models[] = {network(), identity()};
    for (int i = 0; i < 2; i++) {
        check_formula(models[i], 0.5f, 0.0f);
        check_formula(models[i], 0.5f, 0.5f);
        check_formula(models[i], 0.5f, 1.0f);
        check_formula(models[i], 1.5f, 0.3f);
        model_free(models[i]);
    }
}

// One channel is half the other: so it comes out.
static void test_channels_share_their_gains(void)
{
    static float in[2][N], out[2][N];
    Error error;
    Model *model = network();
    Engine *engine = engine_new(model, NULL, 44100.0, 2, &error);
    fixture_signal(in[0], N, 44100.0, 1);
    for (size_t i = 0; i < N; i++) in[1][i] = -0.5f * in[0][i];
    run_two(engine, &altered, (float *[2]){in[0], in[1]}, (float *[2]){out[0], out[1]}, N, 512, 1);
    double off = 0.0;
    for (size_t i = 0; i < N; i++)
        off = fmax(off, fabs((double)out[1][i] + 0.5 * (double)out[0][i]));
    CHECK_MSG(off < 1e-6, "%g", off);
    engine_free(engine);
    model_free(model);
}

// Music 40 dB softer comes out 40 dB softer, whatever is done to it.
static void test_level_does_not_matter(void)
{
    static float in[N], soft[N], out[N], soft_out[N];
    Error error;
    Model *model = network();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    fixture_signal(in, N, 48000.0, 1);
    for (size_t i = 0; i < N; i++) soft[i] = 0.01f * in[i];
    run_engine(engine, &altered, in, out, N, 512, 1);
    engine_reset(engine);
    run_engine(engine, &altered, soft, soft_out, N, 512, 1);
    for (size_t i = 0; i < N; i++) soft_out[i] *= 100.0f;
    CHECK_MSG(fixture_difference(out, soft_out, N) < 1e-3 * rms(out, N), "%g of %g",
              fixture_difference(out, soft_out, N), rms(out, N));
    engine_free(engine);
    model_free(model);
}

// However much is asked for, no gain lifts by more than 18 dB.
static void test_lift_is_limited(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = network();
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    fixture_signal(in, N, 48000.0, 1);
    for (size_t i = 0; i < N; i++) in[i] *= 0.01f;
    EngineSettings settings = at_rest;
    settings.latent.offset = 30.0f;
    run_engine(engine, &settings, in, out, N, 512, 1);
    CHECK_MSG(rms(out, N) < 7.95 * rms(in, N), "%g times", rms(out, N) / rms(in, N));
    CHECK_MSG(fixture_difference(in, out + 2 * HOP - 1, N - 2 * HOP) > 0.1 * rms(in, N),
              "nothing changes");
    engine_free(engine);
    model_free(model);
}

// Loudness of the whole, from the mean power of the frames, in dB.
static double loudness(const Model *model, const float *audio, size_t n)
{
    const SpectrumSetup setup = {.front = &model->arch.front,
                                 .rate = 48000.0,
                                 .limit = 48000.0,
                                 .band_mean = model->band_mean,
                                 .channels = 1,
                                 .frames = 1};
    Spectrum *spectrum = spectrum_new(&setup);
    double sum = 0.0, frames = 0.0;
    for (size_t at = 0; at + HOP <= n; at += HOP) {
        const float *const hop[1] = {audio + at};
        static float nothing[HOP];
        float *const made[1] = {nothing};
        const AnalysisFrame *frame = spectrum_analyse(spectrum, hop);
        if (!frame->silent) sum += exp(2.0 * (double)frame->loudness);
        frames += 1.0;
        spectrum_synthesise(spectrum, NULL, made);
    }
    spectrum_free(spectrum);
    return 10.0 * log10(sum / frames);
}

// Whatever one control does to the latent, the music is as loud as before.
static void test_loudness_stays(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = identity(); // its gains equal the change of the latent
    EngineSettings some[] = {at_rest, at_rest, at_rest, at_rest, at_rest};
    some[0].latent.noise = 0.5f;
    some[1].latent.noise = 0.5f, some[1].latent.noise_character = NOISE_DRIFTING;
    some[2].latent.scale = 0.0f;
    some[3].latent.smear = 0.5f;
    some[4].latent.offset = 2.0f;
    fixture_signal(in, N, 48000.0, 1);
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
        some[i].latent.drift = 8.0f;
        run_engine(engine, &some[i], in, out, N, 512, 1);
        const double moved =
            loudness(model, out + 2 * HOP - 1, N - 2 * HOP) - loudness(model, in, N - 2 * HOP);
        CHECK_MSG(fabs(moved) < 2.0, "control %zu: %g dB", i, moved);
        engine_free(engine);
    }
    model_free(model);
}

// Each axis changes the timbre, in a direction of its own: that of its channel here.
static void test_axes_move_the_timbre(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = identity();
    fixture_signal(in, N, 48000.0, 1);
    for (int a = 0; a < MODEL_AXES; a++) {
        EngineSettings settings = at_rest;
        settings.latent.axes[a] = 2.0f;
        Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
        run_engine(engine, &settings, in, out, N, 512, 1);
        CHECK(fixture_difference(out + 2 * HOP - 1, in, N - 2 * HOP) > 0.02);
        engine_free(engine);
        LatentOps ops;
        REQUIRE(latent_ops_init(&ops, model, NULL, 0));
        float values[BANDS + 1] = {0};
        latent_ops_process(&ops, &settings.latent, values, 1);
        for (int c = 0; c <= BANDS; c++)
            CHECK_MSG(values[c] == (c == a ? 2.0f * model->latent_axes_std[a] : 0.0f),
                      "axis %d, channel %d: %g", a, c, (double)values[c]);
        latent_ops_free(&ops);
    }
    model_free(model);
}

// The latent of a track with another mean and deviation than the model's music: after the match its
// mean is the model's and no deviation is greater.
static void test_match_brings_the_latent_to_the_models(void)
{
    enum { FRAMES = 15000 }; // twenty seconds
    Model *model = identity();
    LatentOps ops;
    REQUIRE(latent_ops_init(&ops, model, NULL, 0));
    const size_t width = BANDS + 1;
    float *values = malloc(FRAMES * width * sizeof(float));
    REQUIRE(values);
    for (size_t t = 0; t < FRAMES; t++) {
        random_normal((RandomKey){.seed = 5}, t, values + t * width, BANDS);
        for (size_t c = 0; c < BANDS; c++)
            values[t * width + c] = 3.0f + (c % 2 ? 0.2f : 1.2f) * values[t * width + c];
        values[t * width + BANDS] = -3.0f;
    }
    const float first = values[0], before = values[740 * width];
    LatentSettings settings = {LATENT_NEUTRAL, .match = 1.0f};
    latent_ops_process(&ops, &settings, values, FRAMES);
    CHECK(values[0] == first && values[740 * width] == before); // less than a second is known
    for (size_t c = 0; c < BANDS; c++) {
        double sum = 0.0, square = 0.0, n = 0.0;
        for (size_t t = FRAMES / 2; t < FRAMES; t++, n += 1.0) {
            const double value = (double)values[t * width + c];
            sum += value;
            square += value * value;
        }
        const double mean = sum / n, std = sqrt(square / n - mean * mean);
        CHECK_MSG(fabs(mean) < 0.1, "channel %zu: mean %g", c, mean);
        CHECK_MSG(fabs(std - (c % 2 ? 0.2 : 0.5)) < 0.03, "channel %zu: std %g", c, std);
    }
    free(values);
    latent_ops_free(&ops);
    model_free(model);
}

// From ten seconds after any start the match is the same, bit for bit.
static void test_match_is_of_the_position(void)
{
    enum { FRAMES = 15000, START = 1234, SAME = START + 7500 };
    Model *model = identity();
    LatentOps whole, part;
    REQUIRE(latent_ops_init(&whole, model, NULL, 0) && latent_ops_init(&part, model, NULL, 0));
    const LatentSettings settings = {LATENT_NEUTRAL, .match = 0.7f};
    latent_ops_locate(&part, START, START);
    for (size_t t = 0; t < FRAMES; t++) {
        float a[BANDS + 1], b[BANDS + 1];
        random_normal((RandomKey){.seed = 5}, t, a, BANDS);
        a[BANDS] = -3.0f;
        for (size_t c = 0; c < BANDS; c++) a[c] += 2.0f * sinf(0.001f * (float)t);
        memcpy(b, a, sizeof a);
        const bool silent = t > 5000 && t < 5600;
        if (silent)
            latent_ops_process_silent(&whole, &settings, a);
        else
            latent_ops_process(&whole, &settings, a, 1);
        if (t < START) continue;
        if (silent)
            latent_ops_process_silent(&part, &settings, b);
        else
            latent_ops_process(&part, &settings, b, 1);
        CHECK_MSG(t < SAME || memcmp(a, b, sizeof a) == 0, "frame %zu", t);
    }
    latent_ops_free(&whole);
    latent_ops_free(&part);
    model_free(model);
}

// The network looks back 5 frames in either half and the window 8 hops: from there on a bounce from
// the middle is the same, as the amount of smear is forgotten with it.
static void test_a_bounce_from_the_middle_is_the_same(void)
{
    static float in[N], whole[N], part[N];
    static const double some[] = {22050.0, 44100.0, 48000.0, 96000.0};
    static const size_t starts[] = {1, 63, 64, 65, 10007};
    Error error;
    Model *model = network();
    EngineSettings settings = altered;
    settings.latent.smear = 0.0f;
    for (int r = 0; r < 4; r++) {
        fixture_signal(in, N, some[r], 1);
        Engine *engine = engine_new(model, NULL, some[r], 1, &error);
        engine_locate(engine, &settings, 0);
        run_engine(engine, &settings, in, whole, N, 512, 1);
        for (int i = 0; i < 5; i++) {
            engine_reset(engine);
            run_engine(engine, &settings, in + 777, part, 3000, 512, 3); // other music
            engine_locate(engine, &settings, starts[i]);
            run_engine(engine, &settings, in + starts[i], part + starts[i], N - starts[i], 512, 2);
            const size_t back = (size_t)(some[r] / 48000.0 * HOP * (8 + 10 + 2)) + 200;
            const size_t same = starts[i] + back + (size_t)engine_latency(engine);
            CHECK_MSG(memcmp(part + same, whole + same, (N - same) * sizeof(float)) == 0,
                      "%g Hz from %zu: %g", some[r], starts[i],
                      fixture_difference(part + same, whole + same, N - same));
        }
        engine_free(engine);
    }
    model_free(model);
}

int main(void)
{
    altered = at_rest;
    altered.latent.noise = 0.5f;
    altered.latent.drift = 3.0f;
    altered.latent.smear = 0.05f;
    altered.latent.scale = 1.3f;
    altered.latent.seed = 3;
    altered.detail = 0.7f;
    altered.auto_gain = true; // does nothing for this kind
    RUN(test_rest_is_the_delayed_input);
    RUN(test_latency_is_two_hops);
    RUN(test_block_lengths_do_not_matter);
    RUN(test_gains_are_those_of_the_formula);
    RUN(test_channels_share_their_gains);
    RUN(test_level_does_not_matter);
    RUN(test_lift_is_limited);
    RUN(test_loudness_stays);
    RUN(test_axes_move_the_timbre);
    RUN(test_match_brings_the_latent_to_the_models);
    RUN(test_match_is_of_the_position);
    RUN(test_a_bounce_from_the_middle_is_the_same);
    return check_status();
}
