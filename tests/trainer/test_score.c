// Scores: the codec's error is that of the batched pass, the low-pass's is what theory says.
#include "analysis/score.h"
#include "audio/lowpass.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/loss.h"
#include "network/network.h"

static const double pi = 3.14159265358979323846;

static double energy(const float *audio, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)audio[i] * (double)audio[i];
    return sum;
}

static void fill_sine(float *audio, size_t n, double cycles_a_sample)
{
    for (size_t i = 0; i < n; i++)
        audio[i] = (float)(0.5 * sin(2.0 * pi * cycles_a_sample * (double)i));
}

static Score score_of(Scorer *scorer, const float *audio, size_t n)
{
    const Sound sound = {.audio = audio, .samples = n};
    Score score;
    Error error;
    CHECK(scorer_run(scorer, &sound, NULL, NULL, &score, &error));
    return score;
}

static double lost_of(LowPass *lowpass, const float *audio, size_t n)
{
    const Sound sound = {.audio = audio, .samples = n};
    return lowpass_error(lowpass, &sound);
}

static void check_codec_error(const char *arch, size_t least)
{
    Error error;
    Model *model = fixture_model(arch, ACTIVATION_LEAKY_RELU, 22050.0, 3);
    REQUIRE(model);
    const size_t n = (size_t)arch_round_up(&model->arch, least);
    Scorer *scorer = scorer_new(model, &error);
    Workspace *workspace = workspace_new(&model->arch, n);
    float *audio = malloc(n * sizeof *audio);
    fixture_signal(audio, n, 22050.0, 1);
    network_forward(workspace, &(NetworkWeights){.parameters = model->parameters}, audio);
    const double batched = loss_mse(network_output(workspace), audio, n);
    const Score score = score_of(scorer, audio, n);
    const double mse = score.codec / score.samples;
    CHECK_MSG(fabs(mse - batched) < 3e-7 * batched, "%s: %.9g, batched %.9g", arch, mse, batched);
    CHECK(score.samples == (double)n);
    CHECK(fabs(score.signal - energy(audio, n)) < 1e-9 * score.signal);
    const Score again = score_of(scorer, audio, n);
    CHECK(again.codec == score.codec && again.lowpass == score.lowpass);
    free(audio);
    workspace_free(workspace);
    scorer_free(scorer);
    model_free(model);
}

static void test_codec_error_is_the_batched_one(void)
{
    for (int a = 0; a < FIXTURE_ARCHS; a++) check_codec_error(fixture_archs[a], 1000);
    check_codec_error("normal", 110250);
}

static void test_any_length_is_scored(void)
{
    static const size_t lengths[] = {1, 2, 35, 36, 37, 1000, 4095, 4096, 4097, 9000};
    static float audio[9000];
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 3);
    REQUIRE(model);
    Scorer *scorer = scorer_new(model, &error);
    REQUIRE(scorer);
    fixture_signal(audio, 9000, 22050.0, 1);
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        const Score score = score_of(scorer, audio, lengths[l]);
        CHECK(score.samples == (double)lengths[l]);
        CHECK(isfinite(score.codec) && score.codec > 0.0);
        CHECK_MSG(score.lowpass <= score.signal * 1.000001, "%zu: %g of %g", lengths[l],
                  score.lowpass, score.signal);
    }
    memset(audio, 0, sizeof audio);
    const Score silence = score_of(scorer, audio, 9000);
    CHECK(silence.signal == 0.0 && silence.lowpass == 0.0);
    CHECK(isnan(score_snr(silence.signal, silence.codec)));
    scorer_free(scorer);
    model_free(model);
}

static void test_latent_as_large_as_the_audio_has_no_lowpass(void)
{
    static float audio[5000];
    Error error;
    Model *model = fixture_model("figure3_2", ACTIVATION_LEAKY_RELU, 22050.0, 3);
    REQUIRE(model);
    CHECK(!score_has_lowpass(model));
    Scorer *scorer = scorer_new(model, &error);
    REQUIRE(scorer);
    fixture_signal(audio, 5000, 22050.0, 1);
    CHECK(score_of(scorer, audio, 5000).lowpass == 0.0);
    scorer_free(scorer);
    model_free(model);
}

// White noise loses just the share of its power that lies above the band.
static void test_lowpass_of_noise(void)
{
    enum { N = 500000 };
    static const double shares[] = {0.05, 2.0 / 9.0, 0.5, 8.0 / 9.0};
    float *audio = malloc(N * sizeof *audio);
    for (int i = 0; i < N; i += 4)
        random_normal((RandomKey){.seed = 5, .stream = 1}, (uint64_t)i, audio + i, 4);
    const double whole = energy(audio, N);
    for (size_t s = 0; s < 4; s++) {
        Error error;
        LowPass *lowpass = lowpass_new(shares[s], &error);
        REQUIRE(lowpass);
        const double lost = lost_of(lowpass, audio, N) / whole;
        CHECK_MSG(fabs(lost - (1.0 - shares[s])) < 0.003, "share %g: %g lost", shares[s], lost);
        lowpass_free(lowpass);
    }
    free(audio);
}

static void test_lowpass_of_sines(void)
{
    enum { N = 300001 };
    Error error;
    float *audio = malloc(N * sizeof *audio);
    LowPass *lowpass = lowpass_new(0.25, &error);
    REQUIRE(lowpass);
    // Nyquist's frequency is half a cycle a sample: the cut is at an eighth. The edges, which every
    // low-pass rounds, lose a little.
    fill_sine(audio, N, 0.1237);
    const double below = lost_of(lowpass, audio, N) / energy(audio, N);
    CHECK_MSG(below < 1e-3, "below the cut %g is lost", below);
    fill_sine(audio, N, 0.1263);
    const double above = lost_of(lowpass, audio, N) / energy(audio, N);
    CHECK_MSG(fabs(above - 1.0) < 1e-3, "above the cut %g is lost", above);
    // In the middle of a sound there are no edges, wherever the windows of the transform meet.
    fill_sine(audio, N, 0.0517);
    const double longer = lost_of(lowpass, audio, N) - lost_of(lowpass, audio, 100000);
    const double middle = longer / energy(audio, N - 100000);
    CHECK_MSG(middle < 1e-6, "in the middle %g is lost", middle);
    lowpass_free(lowpass);
    free(audio);
}

int main(void)
{
    RUN(test_codec_error_is_the_batched_one);
    RUN(test_any_length_is_scored);
    RUN(test_latent_as_large_as_the_audio_has_no_lowpass);
    RUN(test_lowpass_of_noise);
    RUN(test_lowpass_of_sines);
    return check_status();
}
