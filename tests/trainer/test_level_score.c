// The measures of `eval` for models of spectra: the latent as a stream, the log-spectral distance
// of the model and of its principal components against one batched pass, and the mel distance.
#include "analysis/level_pca.h"
#include "analysis/level_score.h"
#include "analysis/mel_distance.h"
#include "front/spectrum.h"
#include "latents/audio_encoder.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/network.h"

#define RATE     48000.0
#define DECIBELS 8.685889638

enum { SAMPLES = 20000 };

static const char *const archs[] = {
    "spectrum512h128b20f80:12k1s1p0,r8k3d2,5k1s1p0+linear",
    "spectrum256h40b16f60:10k4s2p1,r6k3d2,7k1s1p0",
    "spectrum64h8b8f80:6k3s1p1,6k3s3p1",
};

// One batched pass over the sound: log levels, latent and decoded log levels.
typedef struct {
    size_t frames, bands, latent_frames, channels;
    float *x, *level; // level: of a latent file, the loudness
    bool *silent;
    const float *latent, *output;
    Workspace *workspace;
} Batched;

static Batched batched_pass(const Model *model, const float *audio, size_t n)
{
    const Arch *arch = &model->arch;
    const size_t whole = (size_t)arch_round_up(arch, n), hop = (size_t)arch->front.hop;
    Batched b = {.frames = (size_t)arch_front_frames(arch, whole),
                 .bands = (size_t)arch->front.bands,
                 .channels = (size_t)arch_latent_channels(arch)};
    b.x = malloc(b.frames * b.bands * sizeof(float));
    b.level = malloc(b.frames * sizeof(float));
    b.silent = malloc(b.frames * sizeof(bool));
    b.workspace = workspace_new(arch, whole);
    const SpectrumSetup setup = {&arch->front, RATE, RATE, model->band_mean, 1, 1};
    Spectrum *spectrum = spectrum_new(&setup);
    for (size_t t = 0; t < b.frames; t++) {
        float in[128] = {0}, out[128];
        const float *from = in;
        float *to = out;
        for (size_t i = 0; i < hop && t * hop + i < n; i++) in[i] = audio[t * hop + i];
        const AnalysisFrame *frame = spectrum_analyse(spectrum, &from);
        memcpy(b.x + t * b.bands, frame->values, b.bands * sizeof(float));
        b.level[t] = frame->loudness;
        b.silent[t] = frame->silent;
        spectrum_synthesise(spectrum, NULL, &to);
    }
    spectrum_free(spectrum);
    network_forward(b.workspace, &(NetworkWeights){.parameters = model->parameters}, b.x);
    b.latent = network_latent(b.workspace, &b.latent_frames);
    b.output = network_output(b.workspace);
    return b;
}

static void batched_free(Batched *b)
{
    workspace_free(b->workspace);
    free(b->x);
    free(b->level);
    free(b->silent);
}

static void fill_audio(float *audio)
{
    fixture_signal(audio, SAMPLES, RATE, 2);
    for (int i = 9000; i < 12000; i++) audio[i] = 0.0f; // a rest
}

static void check_encoder(const Model *model, const float *audio, const char *arch)
{
    Batched b = batched_pass(model, audio, SAMPLES);
    const size_t stacked = (size_t)arch_network_hop(&model->arch);
    AudioEncoder *encoder = audio_encoder_new(model, model->sample_rate);
    REQUIRE(encoder && audio_encoder_frames(model, SAMPLES) == b.latent_frames);
    float *latent = malloc(b.latent_frames * b.channels * sizeof(float));
    float *first = malloc(b.latent_frames * b.channels * sizeof(float));
    for (size_t most = 64; most > 0; most /= 4) { // cuts of 64, 16, 4, 1
        size_t done = 0;
        audio_encoder_reset(encoder, SAMPLES);
        for (size_t at = 0; done < b.latent_frames; at += most) {
            float piece[64];
            for (size_t i = 0; i < most; i++) piece[i] = at + i < SAMPLES ? audio[at + i] : 9.0f;
            const EncodedFrames given = audio_encoder_process(encoder, piece, most);
            CHECK(given.count <= audio_encoder_frames_max(encoder));
            for (size_t i = 0; i < given.count && done < b.latent_frames; i++, done++) {
                double level = 0.0, count = 0.0;
                for (size_t t = done * stacked; t < (done + 1) * stacked && t < b.frames; t++)
                    level += (double)b.level[t], count += 1.0;
                CHECK_MSG(fabs((double)given.levels[i] - level / count) < 1e-4,
                          "%s: frame %zu: level %g, not %g", arch, done, (double)given.levels[i],
                          level / count);
                memcpy(latent + done * b.channels, given.values + i * b.channels,
                       b.channels * sizeof(float));
            }
        }
        const double off = fixture_difference(latent, b.latent, b.latent_frames * b.channels);
        CHECK_MSG(off < 1e-4, "%s: off by %g", arch, off);
        if (most == 64) memcpy(first, latent, b.latent_frames * b.channels * sizeof(float));
        CHECK(memcmp(first, latent, b.latent_frames * b.channels * sizeof(float)) == 0);
    }
    free(latent);
    free(first);
    audio_encoder_free(encoder);
    batched_free(&b);
}

static void test_encoder_is_the_batched_one(void)
{
    static float audio[SAMPLES];
    fill_audio(audio);
    for (size_t a = 0; a < sizeof archs / sizeof *archs; a++) {
        Model *model = fixture_model(archs[a], ACTIVATION_TANH, RATE, 4);
        REQUIRE(model);
        check_encoder(model, audio, archs[a]);
        model_free(model);
    }
}

static double frame_distance(const float *a, const float *b, size_t bands)
{
    double sum = 0.0;
    for (size_t k = 0; k < bands; k++) sum += pow((double)a[k] - (double)b[k], 2.0);
    return DECIBELS * sqrt(sum / (double)bands);
}

static void test_distance_is_the_batched_one(void)
{
    static float audio[SAMPLES];
    fill_audio(audio);
    for (size_t a = 0; a < sizeof archs / sizeof *archs; a++) {
        Model *model = fixture_model(archs[a], ACTIVATION_TANH, RATE, 4);
        REQUIRE(model);
        Batched b = batched_pass(model, audio, SAMPLES);
        LevelScorer *scorer = level_scorer_new(model);
        REQUIRE(scorer);
        const LevelScore score = level_scorer_run(scorer, &(Sound){audio, SAMPLES, false});
        double sum = 0.0, frames = 0.0;
        for (size_t t = 0; t < b.frames; t++) {
            if (b.silent[t]) continue;
            sum += frame_distance(b.output + t * b.bands, b.x + t * b.bands, b.bands);
            frames += 1.0;
        }
        CHECK(frames < (double)b.frames && score.frames == frames);
        CHECK_MSG(fabs(score.lsd - sum) < 1e-4 * sum, "%s: %g, batched %g", archs[a], score.lsd,
                  sum);
        if (model->band_pca && arch_network_hop(&model->arch) == 1) {
            double components = 0.0;
            for (size_t t = 0; t < b.frames; t++)
                if (!b.silent[t])
                    components += DECIBELS * sqrt(level_pca_error(model->band_pca, b.channels,
                                                                  b.bands, b.x + t * b.bands) /
                                                  (double)b.bands);
            CHECK_MSG(fabs(score.pca - components) < 1e-3 * components, "%s: %g, not %g", archs[a],
                      score.pca, components);
        }
        level_scorer_free(scorer);
        batched_free(&b);
        model_free(model);
    }
}

static void distances(const float *original, const float *decoded, size_t cut,
                      double decibels[MEL_RESOLUTIONS])
{
    MelDistance *mel = mel_distance_new(RATE);
    REQUIRE(mel);
    mel_distance_add(mel, decoded, decoded, 999); // is forgotten
    mel_distance_reset(mel);
    for (size_t at = 0; at < SAMPLES; at += cut)
        mel_distance_add(mel, original + at, decoded + at, SAMPLES - at < cut ? SAMPLES - at : cut);
    mel_distance_read(mel, decibels);
    mel_distance_free(mel);
}

static void test_mel_distance(void)
{
    static float noise[SAMPLES], louder[SAMPLES], darker[SAMPLES];
    double found[MEL_RESOLUTIONS], again[MEL_RESOLUTIONS];
    random_normal((RandomKey){1, 2}, 0, noise, SAMPLES);
    for (int i = 0; i < SAMPLES; i++) {
        noise[i] *= 0.1f;
        louder[i] = 2.0f * noise[i];
        darker[i] = i > 0 ? 0.5f * (noise[i] + noise[i - 1]) : 0.0f;
    }
    distances(noise, noise, 777, found);
    for (int r = 0; r < MEL_RESOLUTIONS; r++) CHECK(found[r] == 0.0);
    distances(noise, louder, 64, found);
    for (int r = 0; r < MEL_RESOLUTIONS; r++)
        CHECK_MSG(fabs(found[r] - 6.0206) < 1e-3, "%g dB", found[r]);
    distances(noise, darker, SAMPLES, found);
    for (size_t cut = 1; cut < 5000; cut = 3 * cut + 1) {
        distances(noise, darker, cut, again);
        CHECK(memcmp(found, again, sizeof found) == 0);
    }
    // |H| = cos(pi f / rate): little at low frequencies, much at high ones.
    for (int r = 0; r < MEL_RESOLUTIONS; r++)
        CHECK_MSG(found[r] > 0.5 && found[r] < 4.0, "%g dB", found[r]);
}

int main(void)
{
    RUN(test_encoder_is_the_batched_one);
    RUN(test_distance_is_the_batched_one);
    RUN(test_mel_distance);
    return check_status();
}
