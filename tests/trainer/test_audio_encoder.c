// The trainer's encoder of whole files gives what the plugin's Capture records, levels too.
#define _XOPEN_SOURCE 700
#include "engine/engine.h"
#include "latents/audio_encoder.h"
#include "latents/encoding.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "lib/engine_fixture.h"

enum { N = 48000, CHANNELS = 8, FRAMES_MAX = N };

// Encodes audio[N]; returns the frames.
static size_t encode(const Model *model, const float *audio, float *values, float *levels)
{
    AudioEncoder *encoder = audio_encoder_new(model, model->sample_rate);
    if (!encoder) return 0;
    audio_encoder_reset(encoder, N);
    size_t frames = 0;
    for (size_t at = 0; at < N; at += AUDIO_ENCODER_BLOCK) {
        const EncodedFrames given = audio_encoder_process(encoder, audio + at, AUDIO_ENCODER_BLOCK);
        memcpy(values + frames * CHANNELS, given.values, given.count * CHANNELS * sizeof(float));
        if (given.levels) memcpy(levels + frames, given.levels, given.count * sizeof(float));
        frames += given.count;
    }
    audio_encoder_free(encoder);
    return frames;
}

static Latent *record(Model *model, const float *audio)
{
    static float out[N];
    Error error;
    Engine *engine = engine_new(model, NULL, model->sample_rate, 1, &error);
    if (!engine) return NULL;
    EngineSettings settings = {ENGINE_NEUTRAL, .detail = 1.0f};
    settings.latent.capture = true;
    run_engine(engine, &settings, audio, out, N - 4800, 512, 1);
    settings.latent.capture = false;
    run_engine(engine, &settings, audio + N - 4800, out, 4800, 512, 2);
    Latent *recording = engine_capture(engine, 0);
    engine_free(engine);
    return recording;
}

static void check_arch(const char *text)
{
    static float audio[N], values[FRAMES_MAX * CHANNELS], levels[FRAMES_MAX];
    Model *model = fixture_model(text, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    REQUIRE(model && arch_latent_channels(&model->arch) == CHANNELS);
    fixture_signal(audio, N, 48000.0, 1);
    const size_t frames = encode(model, audio, values, levels);
    Latent *recording = record(model, audio);
    REQUIRE(recording && recording->frames > 200);
    // The seam is folded into the recording's first frames.
    const size_t from = latent_fade_frames(model) + 5, count = recording->frames - from - 40;
    size_t shift = 0;
    const float *recorded = recording->values + from * CHANNELS;
    while (shift < 20 &&
           memcmp(recorded, values + (from + shift) * CHANNELS, CHANNELS * sizeof(float)) != 0)
        shift++;
    CHECK_MSG(shift < 20 && from + shift + count <= frames, "%s: shift %zu, %zu of %zu frames",
              text, shift, recording->frames, frames);
    if (shift == 20) return;
    CHECK(fixture_difference(recorded, values + (from + shift) * CHANNELS, count * CHANNELS) == 0);
    CHECK(!recording->levels == (model->arch.front.kind == FRONT_SAMPLES));
    if (recording->levels)
        CHECK_MSG(fixture_difference(recording->levels + from, levels + from + shift, count) < 1e-6,
                  "levels differ by %g",
                  fixture_difference(recording->levels + from, levels + from + shift, count));
    latent_free(recording);
    model_free(model);
}

static void test_encoder_gives_what_capture_records(void)
{
    check_arch("spectrum512h64b20f80:16k1s1p0,r8k3d2,8k1s1p0");
    check_arch("spectrum512h64b20f80:16k2s2p0,8k1s1p0");
    check_arch("16k8s8p0,r8k3d2,8k2s2p0");
}

// A file at a low rate leaves the upper bands empty. They are at their mean, where the latent of
// this model is 0, as in a host at such a rate: a reference of it leaves them alone.
static void test_bands_that_a_file_leaves_empty_are_at_their_mean(void)
{
    enum { BANDS = 30, RATES_TRIED = 3 };
    static const int file_rates[RATES_TRIED] = {22050, 44100, 48000};
    Model *model = fixture_levels("spectrum1024h256b30f80:30k1s1p0", BANDS);
    REQUIRE(model);
    for (int r = 0; r < RATES_TRIED; r++) {
        static float audio[N];
        fixture_signal(audio, (size_t)file_rates[r], file_rates[r], 1);
        REQUIRE(fixture_write("low.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, file_rates[r], 1, audio,
                              (size_t)file_rates[r]));
        Error error;
        AudioFaults faults;
        TimePart part;
        REQUIRE(time_part_parse(&part, fixture_path("low.wav"), &error));
        Latent *latent = encode_audio(model, &part, NULL, &faults, &error);
        REQUIRE(latent && latent->frames > 100);
        const float *middle = latent->values + latent->frames / 2 * BANDS;
        const bool empty = middle[BANDS - 1] == 0.0f && middle[BANDS - 2] == 0.0f;
        CHECK_MSG(empty == (file_rates[r] == 22050), "%d Hz: %g, %g", file_rates[r],
                  (double)middle[BANDS - 2], (double)middle[BANDS - 1]);
        CHECK(middle[0] != 0.0f);
        latent_free(latent);
        free(part.path);
    }
    model_free(model);
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_bands_that_a_file_leaves_empty_are_at_their_mean);
    RUN(test_encoder_gives_what_capture_records);
    fixture_folder_remove();
    return check_status();
}
