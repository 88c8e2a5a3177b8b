// encode, decode and reconstruct, called as the command calls them: what goes in comes back, and
// the three agree with the engine and with one another.
#define _XOPEN_SOURCE 700
#include "commands/command_list.h"
#include "engine/engine.h"
#include "engine/stream.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "math/denormals.h"

#include <fcntl.h>
#include <stdarg.h>

enum { LENGTH = 30011 }; // samples, no multiple of anything

static Model *model;

// Runs a command with the arguments up to NULL; what it prints is dropped.
static int call(const Command *command, ...)
{
    char *argv[32] = {(char *)(uintptr_t)command->name};
    int argc = 1;
    va_list arguments;
    va_start(arguments, command);
    for (char *word; (word = va_arg(arguments, char *)) && argc < 31;) argv[argc++] = word;
    va_end(arguments);
    fflush(stdout);
    fflush(stderr);
    const int out = dup(1), err = dup(2), null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    dup2(null, 2);
    const int status = command_run(command, argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    close(null);
    return status;
}

// A whole file's samples[frames][channels]; the caller frees them.
static float *read_all(const char *name, SF_INFO *info)
{
    *info = (SF_INFO){0};
    SNDFILE *file = sf_open(fixture_path(name), SFM_READ, info);
    if (!file) return NULL;
    float *samples = malloc((size_t)(info->frames * info->channels + 1) * sizeof *samples);
    sf_readf_float(file, samples, info->frames);
    sf_close(file);
    return samples;
}

// The stream's own sound of audio[n], of known length.
static void stream_whole(const Model *by, const float *audio, size_t n,
                         const LatentSettings *settings, const Latent *reference, float *out)
{
    Error error;
    Latent *loop = reference ? latent_loop(reference, by, &error) : NULL;
    Stream *stream = stream_new(by, loop, 1, by->sample_rate);
    const size_t delay = (size_t)stream_delay(stream);
    float *buffer = calloc(n + delay, sizeof *buffer);
    memcpy(buffer, audio, n * sizeof *buffer);
    stream_reset(stream, arch_round_up(&by->arch, n));
    const DenormalsState before = denormals_off();
    stream_process(stream, settings, NULL, (const float *[]){buffer}, (float *[]){buffer},
                   n + delay);
    denormals_restore(before);
    memcpy(out, buffer + delay, n * sizeof *out);
    free(buffer);
    stream_free(stream);
    latent_free(loop);
}

static void check_decode_of_encode(const Model *by, const char *weights, size_t n)
{
    static float audio[LENGTH + 100], wanted[LENGTH + 100];
    SF_INFO info;
    fixture_signal(audio, n, 22050.0, 1);
    REQUIRE(fixture_write("in.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1, audio, n));
    CHECK(call(&command_encode, fixture_path(weights), fixture_path("in.wav"), "-o",
               fixture_path("latent"), NULL) == EXIT_DONE);
    CHECK(call(&command_decode, "--force", fixture_path(weights), fixture_path("latent"), "-o",
               fixture_path("out.wav"), NULL) == EXIT_DONE);
    const LatentSettings untouched = {LATENT_NEUTRAL};
    stream_whole(by, audio, n, &untouched, NULL, wanted);
    float *out = read_all("out.wav", &info);
    REQUIRE(out && info.channels == 1 && info.samplerate == 22050);
    CHECK_MSG(info.frames == (sf_count_t)n, "%d samples, not %zu", (int)info.frames, n);
    CHECK_MSG(memcmp(out, wanted, n * sizeof *out) == 0, "difference %g",
              fixture_difference(out, wanted, n));
    free(out);
}

static void test_every_architecture_decodes_as_it_streams(void)
{
    for (int a = 0; a < FIXTURE_ARCHS; a++) {
        Error error;
        Model *other = fixture_model(fixture_archs[a], ACTIVATION_SILU, 22050.0, 3);
        REQUIRE(other && model_write(other, fixture_path("other"), &error));
        check_decode_of_encode(other, "other", (size_t)arch_round_up(&other->arch, 3000));
        check_decode_of_encode(other, "other", 3001);
        check_decode_of_encode(other, "other", 1);
        model_free(other);
    }
}

// The tests below go on with its files.
static void test_decode_of_encode_is_the_stream(void)
{
    check_decode_of_encode(model, "model", LENGTH);
}

static void test_decode_changes_the_latent_as_the_stream_does(void)
{
    static float audio[LENGTH], wanted[LENGTH];
    SF_INFO info;
    Error error;
    fixture_signal(audio, LENGTH, 22050.0, 1);
    CHECK(call(&command_decode, "--force", fixture_path("model"), fixture_path("latent"), "-o",
               fixture_path("out.wav"), "--noise", "0.7", "--seed", "5", "--offset=-0.2", "--blend",
               "0.4", "--reference", fixture_path("latent"), "--absolute", NULL) == EXIT_DONE);
    const LatentSettings settings = {
        LATENT_NEUTRAL, .noise = 0.7f,    .offset = -0.2f,          .blend = 0.4f,
        .seed = 5,      .absolute = true, .sounds_in_silence = true};
    Latent *reference = latent_load(fixture_path("latent"), &error);
    REQUIRE(reference);
    stream_whole(model, audio, LENGTH, &settings, reference, wanted);
    float *out = read_all("out.wav", &info);
    REQUIRE(out && info.frames == LENGTH);
    CHECK(memcmp(out, wanted, sizeof wanted) == 0);
    free(out);
    latent_free(reference);
}

// At the model's rate reconstruct is decode of encode, bit for bit, but for both ends: the effect
// is an endless stream, with silence before the signal in place of zero padding, and it does not
// know that the signal ends.
static void test_reconstruct_is_decode_of_encode(void)
{
    SF_INFO info;
    CHECK(call(&command_decode, "--force", fixture_path("model"), fixture_path("latent"), "-o",
               fixture_path("decoded.wav"), "--noise", "0.5", NULL) == EXIT_DONE);
    CHECK(call(&command_reconstruct, "--force", fixture_path("model"), fixture_path("in.wav"), "-o",
               fixture_path("effect.wav"), "--noise", "0.5", "--sounds-in-silence",
               NULL) == EXIT_DONE);
    float *decoded = read_all("decoded.wav", &info), *effect = read_all("effect.wav", &info);
    REQUIRE(decoded && effect && info.frames == LENGTH && info.samplerate == 22050);
    const size_t delay = (size_t)arch_delay(&model->arch);
    const size_t begin = 2 * delay, known = LENGTH - delay;
    CHECK(memcmp(decoded + begin, effect + begin, (known - begin) * sizeof(float)) == 0);
    free(decoded);
    free(effect);
}

static void test_encode_averages_and_resamples(void)
{
    Error error;
    float *samples = fixture_sine(440.0, 0.5, 44100.0, 2, 44100);
    for (size_t i = 0; i < 44100; i++) samples[2 * i + 1] = -samples[2 * i];
    REQUIRE(fixture_write("opposite.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 2, samples,
                          44100));
    free(samples);
    float *silence = calloc(22050, sizeof *silence);
    REQUIRE(
        fixture_write("silence.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, silence, 22050));
    free(silence);
    CHECK(call(&command_encode, fixture_path("model"), fixture_path("opposite.flac"), "-o",
               fixture_path("opposite"), NULL) == EXIT_DONE);
    CHECK(call(&command_encode, fixture_path("model"), fixture_path("silence.wav"), "-o",
               fixture_path("silence"), NULL) == EXIT_DONE);
    Latent *opposite = latent_load(fixture_path("opposite"), &error);
    Latent *silent = latent_load(fixture_path("silence"), &error);
    REQUIRE(opposite && silent);
    CHECK(opposite->samples == 22050 && opposite->frames == silent->frames);
    CHECK(strcmp(opposite->source, "opposite.flac") == 0);
    CHECK(memcmp(opposite->values, silent->values,
                 silent->frames * (size_t)silent->channels * sizeof(float)) == 0);
    CHECK(opposite->frames == arch_latent_frames(&model->arch, arch_round_up(&model->arch, 22050)));
    latent_free(opposite);
    latent_free(silent);
}

// Every rate and number of channels keeps length and channels, and sits where the input does.
static void test_reconstruct_keeps_rate_channels_and_time(void)
{
    static const int rates[] = {8000, 22050, 44100, 48000, 192000};
    for (size_t r = 0; r < 5; r++) {
        const int channels = 1 + (int)(r % 3);
        const size_t frames = (size_t)rates[r] / 4 + 13;
        SF_INFO info;
        float *samples = fixture_sine(440.0, 0.5, rates[r], channels, frames);
        REQUIRE(fixture_write("any.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, rates[r], channels,
                              samples, frames));
        CHECK(call(&command_reconstruct, "--force", fixture_path("model"), fixture_path("any.wav"),
                   "-o", fixture_path("dry.wav"), "--wet", "0", "--gain", "6.0206",
                   NULL) == EXIT_DONE);
        float *dry = read_all("dry.wav", &info);
        REQUIRE(dry && info.samplerate == rates[r] && info.channels == channels);
        CHECK_MSG(info.frames == (sf_count_t)frames, "%d Hz: %d frames", rates[r],
                  (int)info.frames);
        for (size_t i = 0; i < frames * (size_t)channels; i++)
            CHECK(fabsf(dry[i] - 2.0f * samples[i]) < 1e-5f);
        free(dry);
        free(samples);
    }
}

// The engine's own output, with the latency cut off, is what the command writes.
static void test_reconstruct_is_the_engine(void)
{
    enum { FRAMES = 20000 };
    static float left[FRAMES * 2], right[FRAMES * 2], both[FRAMES * 2];
    SF_INFO info;
    Error error;
    fixture_signal(left, FRAMES, 48000.0, 1);
    fixture_signal(right, FRAMES, 48000.0, 2);
    for (size_t i = 0; i < FRAMES; i++) {
        both[2 * i] = left[i];
        both[2 * i + 1] = right[i];
    }
    REQUIRE(fixture_write("two.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48000, 2, both, FRAMES));
    CHECK(call(&command_reconstruct, "--force", fixture_path("model"), fixture_path("two.wav"),
               "-o", fixture_path("two-out.wav"), "--noise", "1", "--wet", "0.75",
               NULL) == EXIT_DONE);
    Engine *engine = engine_new(model, NULL, 48000.0, 2, &error);
    REQUIRE(engine);
    const EngineSettings settings = {
        .latent = {LATENT_NEUTRAL, .noise = 1.0f}, .wet = 0.75f, .gain = 1.0f, .enabled = true};
    const size_t latency = (size_t)engine_latency(engine);
    engine_process(engine, &settings, (const float *const[]){left, right},
                   (float *const[]){left, right}, FRAMES + latency);
    float *out = read_all("two-out.wav", &info);
    REQUIRE(out && info.frames == FRAMES && info.channels == 2);
    for (size_t i = 0; i < FRAMES; i++)
        CHECK_MSG(out[2 * i] == left[latency + i] && out[2 * i + 1] == right[latency + i],
                  "frame %zu", i);
    free(out);
    engine_free(engine);
}

// The engine's sound of "controls.wav" with these settings is what the last call wrote.
static void check_controls(const EngineSettings *settings, const Latent *reference)
{
    static float audio[LENGTH * 2];
    SF_INFO info;
    Error error;
    Model *loud = model_load(fixture_path("loud"), &error);
    Engine *engine = loud ? engine_new(loud, reference, 22050.0, 1, &error) : NULL;
    float *out = read_all("controls-out.wav", &info), *in = read_all("controls.wav", &info);
    REQUIRE(engine && in && out && info.frames == LENGTH);
    const size_t latency = (size_t)engine_latency(engine);
    memset(audio, 0, sizeof audio);
    memcpy(audio, in, LENGTH * sizeof *audio);
    engine_process(engine, settings, (const float *const[]){audio}, (float *const[]){audio},
                   LENGTH + latency);
    CHECK_MSG(memcmp(out, audio + latency, LENGTH * sizeof *out) == 0, "difference %g",
              fixture_difference(out, audio + latency, LENGTH));
    free(in);
    free(out);
    engine_free(engine);
    model_free(loud);
}

static void test_reconstruct_has_the_controls_of_the_plugin(void)
{
    static float audio[LENGTH];
    Error error;
    Model *loud = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 3);
    REQUIRE(loud);
    loud->info.level = -9.0; // for the automatic gain
    REQUIRE(model_write(loud, fixture_path("loud"), &error));
    model_free(loud);
    fixture_signal(audio, LENGTH, 22050.0, 1);
    for (size_t i = 0; i < LENGTH; i++) audio[i] *= 0.1f;
    REQUIRE(
        fixture_write("controls.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1, audio, LENGTH));
    CHECK(call(&command_encode, fixture_path("loud"), fixture_path("in.wav"), "-o",
               fixture_path("loud-latent"), NULL) == EXIT_DONE);
    Latent *reference = latent_load(fixture_path("loud-latent"), &error);
    REQUIRE(reference);

    CHECK(call(&command_reconstruct, "--force", fixture_path("loud"), fixture_path("controls.wav"),
               "-o", fixture_path("controls-out.wav"), "--detail", "1", "--auto-gain", "--scale",
               "0.5", "--smear", "0.01", "--noise", "0.5", "--drift", "20", NULL) == EXIT_DONE);
    EngineSettings settings = {ENGINE_NEUTRAL, .detail = 1.0f, .auto_gain = true};
    settings.latent.scale = 0.5f;
    settings.latent.smear = 0.01f;
    settings.latent.noise = 0.5f;
    settings.latent.noise_character = NOISE_DRIFTING;
    settings.latent.drift = 20.0f;
    check_controls(&settings, NULL);

    CHECK(call(&command_reconstruct, "--force", fixture_path("loud"), fixture_path("controls.wav"),
               "-o", fixture_path("controls-out.wav"), "--blend", "0.7", "--reference",
               fixture_path("loud-latent"), "--alternate", "--input-beats", "1",
               "--reference-beats", "2", "--tempo", "300", NULL) == EXIT_DONE);
    settings = (EngineSettings){ENGINE_NEUTRAL};
    settings.latent.blend = 0.7f;
    settings.latent.blend_mode = BLEND_ALTERNATE;
    settings.latent.input_beats = 1;
    settings.latent.reference_beats = 2;
    settings.latent.tempo = 300.0f;
    check_controls(&settings, reference);
    latent_free(reference);
}

// Settings that change with time: the same bits as from a host that gives the engine those of each
// block, whose blocks are cut at each breakpoint.
static void test_reconstruct_automates_as_a_host_does(void)
{
    static float audio[LENGTH * 2], in[LENGTH];
    SF_INFO info;
    Error error;
    fixture_signal(in, LENGTH, 22050.0, 4);
    REQUIRE(fixture_write("moves.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1, in, LENGTH));
    CHECK(call(&command_reconstruct, "--force", fixture_path("model"), fixture_path("moves.wav"),
               "-o", fixture_path("moves-out.wav"), "--noise", "0.1:0,0.6:2", "--detail",
               "0:1,0.3:0.5", "--freeze", "0.601:1,0.8:0", "--freeze-seconds", "0.2", "--capture",
               "0.1:1,0.5:0", "--blend", "0.5:0,0.9:0.7", NULL) == EXIT_DONE);
    Engine *engine = engine_new(model, NULL, 22050.0, 1, &error);
    float *out = read_all("moves-out.wav", &info);
    REQUIRE(engine && out && info.frames == LENGTH);
    const size_t latency = (size_t)engine_latency(engine), all = LENGTH + latency;
    memcpy(audio, in, sizeof in);
    static const double breakpoints[] = {0.0, 0.1, 0.3, 0.5, 0.6, 0.601, 0.8, 0.9};
    for (size_t at = 0; at < all;) {
        size_t next = (at / 64 + 1) * 64;
        for (size_t i = 0; i < sizeof breakpoints / sizeof *breakpoints; i++) {
            const size_t sample = (size_t)ceil(breakpoints[i] * 22050.0);
            if (sample > at && sample < next) next = sample;
        }
        if (next > all) next = all;
        const double t = (double)at / 22050.0;
        EngineSettings settings = {ENGINE_NEUTRAL};
        settings.latent.noise = (float)fmin(2.0, fmax(0.0, 2.0 * ((t - 0.1) / (0.6 - 0.1))));
        settings.detail = (float)fmax(0.5, 1.0 + t / 0.3 * -0.5);
        settings.latent.freeze = t >= 0.601 && t < 0.8;
        settings.latent.freeze_seconds = 0.2f;
        settings.latent.capture = t >= 0.1 && t < 0.5;
        settings.latent.blend = (float)fmin(0.7, fmax(0.0, (t - 0.5) / (0.9 - 0.5) * 0.7));
        engine_process(engine, &settings, (const float *const[]){audio + at},
                       (float *const[]){audio + at}, next - at);
        at = next;
    }
    CHECK_MSG(memcmp(out, audio + latency, LENGTH * sizeof *out) == 0, "difference %g",
              fixture_difference(out, audio + latency, LENGTH));
    CHECK(fixture_difference(out, in, LENGTH) > 0.01);
    free(out);
    engine_free(engine);
}

static void test_latent_of_another_model_is_refused(void)
{
    Error error;
    Model *other = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 99);
    REQUIRE(other && model_write(other, fixture_path("other"), &error));
    model_free(other);
    CHECK(call(&command_decode, "--force", fixture_path("other"), fixture_path("latent"), "-o",
               fixture_path("never.wav"), NULL) == EXIT_FAILED);
    CHECK(call(&command_reconstruct, "--force", fixture_path("other"), fixture_path("in.wav"), "-o",
               fixture_path("never.wav"), "--reference", fixture_path("latent"), "--blend", "1",
               NULL) == EXIT_FAILED);
    CHECK(access(fixture_path("never.wav"), F_OK) != 0);
}

static void test_latent_that_lies_of_its_length_is_refused(void)
{
    Error error;
    Latent *latent = latent_load(fixture_path("latent"), &error);
    REQUIRE(latent);
    latent->samples = LENGTH * 2;
    REQUIRE(latent_write(latent, fixture_path("lying"), &error));
    latent_free(latent);
    CHECK(call(&command_decode, "--force", fixture_path("model"), fixture_path("lying"), "-o",
               fixture_path("never.wav"), NULL) == EXIT_FAILED);
    CHECK(access(fixture_path("never.wav"), F_OK) != 0);
}

int main(void)
{
    Error error;
    model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 3);
    if (!model || !fixture_folder_make() || !model_write(model, fixture_path("model"), &error))
        return 1;
    RUN(test_every_architecture_decodes_as_it_streams);
    RUN(test_decode_of_encode_is_the_stream);
    RUN(test_decode_changes_the_latent_as_the_stream_does);
    RUN(test_reconstruct_is_decode_of_encode);
    RUN(test_encode_averages_and_resamples);
    RUN(test_reconstruct_keeps_rate_channels_and_time);
    RUN(test_reconstruct_is_the_engine);
    RUN(test_reconstruct_has_the_controls_of_the_plugin);
    RUN(test_reconstruct_automates_as_a_host_does);
    RUN(test_latent_of_another_model_is_refused);
    RUN(test_latent_that_lies_of_its_length_is_refused);
    fixture_folder_remove();
    model_free(model);
    return check_status();
}
