// What the operations do to real music, through the shipped models: noise that follows the music,
// a reference in the rhythm of the input, silence. With the names of ten audio files it prints the
// figures of noise and of the reference for eight seconds of each, from a third of its length on.
#include "audio/audio.h"
#include "engine/codec.h"
#include "engine/engine.h"
#include "lib/check.h"
#include "math/resample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, CLIPS = 10, CLIP_MAX = 8 * RATE };

// An excerpt of a piece that is in the repository, all channels averaged.
typedef struct {
    const char *path;
    double from, seconds;
    size_t n, wanted, passed;
    float *audio;
} Clip;

static Clip clips[CLIPS] = {
    {.path = "tests/clip.flac", .from = 0.0, .seconds = 4.0},
    {.path = "tests/clip.flac", .from = 4.0, .seconds = 4.0},
    {.path = "tests/clip.flac", .from = 8.0, .seconds = 4.0},
    {.path = "tests/clip.flac", .from = 12.0, .seconds = 4.0},
    {.path = "presets/sources/disco.flac", .from = 0.0, .seconds = 2.5},
    {.path = "presets/sources/disco.flac", .from = 2.5, .seconds = 2.5},
    {.path = "presets/sources/disco.flac", .from = 5.0, .seconds = 2.5},
    {.path = "presets/sources/strings.flac", .from = 0.0, .seconds = 3.3},
    {.path = "presets/sources/strings.flac", .from = 3.3, .seconds = 3.3},
    {.path = "presets/sources/strings.flac", .from = 6.6, .seconds = 3.3},
};

static const char *const model_names[] = {"extra_chico", "chico", "normal", "grande", "directo"};
enum { MODELS = sizeof model_names / sizeof *model_names, FIRST_WITH_HIGHS = 2 };

static bool judged = true; // figures of other pieces are printed alone

// ---- Music ----

// Receives a piece: its samples from second `from` on.
static bool take_samples(void *data, const float *samples, size_t n, Error *error)
{
    Clip *clip = data;
    (void)error;
    for (size_t i = 0; i < n; i++, clip->passed++)
        if (clip->passed >= (size_t)(clip->from * RATE) && clip->n < clip->wanted)
            clip->audio[clip->n++] = samples[i];
    return true;
}

static bool read_clip(Clip *clip)
{
    Error error;
    clip->wanted = (size_t)(clip->seconds * RATE);
    clip->audio = calloc(clip->wanted, sizeof(float));
    return clip->audio &&
           audio_stream_mono(clip->path, RATE, take_samples, clip, &(AudioFacts){0}, &error) &&
           clip->n == clip->wanted;
}

// Takes the excerpts from other pieces than those of the repository.
static bool choose_pieces(char **paths)
{
    for (int c = 0; c < CLIPS; c++) {
        Error error;
        AudioReader *reader = audio_open(paths[c], &error);
        if (!reader) return false;
        clips[c] = (Clip){.path = paths[c], .from = audio_seconds(reader) / 3.0, .seconds = 8.0};
        audio_close(reader);
    }
    return true;
}

static Model *shipped(const char *name)
{
    char path[256];
    Error error;
    snprintf(path, sizeof path, "presets/models/%s.safetensors", name);
    return model_load(path, &error);
}

// Plays in[0, n) from the song's beginning and writes what comes out, without its latency.
static void play(Engine *engine, const EngineSettings *settings, const float *in, float *out,
                 size_t n)
{
    enum { BLOCK = 480 };
    const size_t latency = (size_t)engine_latency(engine);
    float block[BLOCK];
    engine_reset(engine);
    engine_start(engine, settings, 0);
    for (size_t at = 0; at < n + latency; at += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++) block[i] = at + i < n ? in[at + i] : 0.0f;
        engine_process(engine, settings, (const float *[]){block}, (float *[]){block}, BLOCK);
        for (size_t i = 0; i < BLOCK; i++)
            if (at + i >= latency && at + i - latency < n) out[at + i - latency] = block[i];
    }
}

static double decibels(const float *audio, size_t n)
{
    double squares = 0.0;
    for (size_t i = 0; i < n; i++) squares += (double)audio[i] * (double)audio[i];
    return 10.0 * log10(squares / (double)n + 1e-30);
}

// ---- Noise ----

// Writes the envelope: the logarithm of the RMS over 46 ms, each 23 ms; returns its length.
static size_t envelope(const float *audio, size_t n, double *values)
{
    const size_t step = (size_t)(1024.0 / 44100.0 * RATE);
    size_t count = 0;
    for (size_t at = 0; at + 2 * step <= n; at += step) {
        double squares = 0.0;
        for (size_t i = at; i < at + 2 * step; i++) squares += (double)audio[i] * (double)audio[i];
        values[count++] = log(1e-6 + sqrt(squares / (2.0 * (double)step)));
    }
    return count;
}

static double correlation(const double *a, const double *b, size_t n)
{
    double a_mean = 0.0, b_mean = 0.0, ab = 0.0, aa = 0.0, bb = 0.0;
    for (size_t i = 0; i < n; i++) {
        a_mean += a[i] / (double)n;
        b_mean += b[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        ab += (a[i] - a_mean) * (b[i] - b_mean);
        aa += (a[i] - a_mean) * (a[i] - a_mean);
        bb += (b[i] - b_mean) * (b[i] - b_mean);
    }
    return ab / sqrt(aa * bb);
}

// Correlation of the envelope of what the settings add with that of the music or, where that is
// `heard`, of what the model makes of the music.
static double noise_correlation(Engine *engine, const EngineSettings *settings, const Clip *clip,
                                bool heard)
{
    static float out[CLIP_MAX], own[CLIP_MAX];
    static double music[CLIP_MAX / 1000], noise[CLIP_MAX / 1000];
    const EngineSettings alone = {ENGINE_NEUTRAL, .auto_gain = true};
    play(engine, settings, clip->audio, out, clip->n);
    for (size_t i = 0; i < clip->n; i++) out[i] -= clip->audio[i];
    if (heard) play(engine, &alone, clip->audio, own, clip->n);
    const size_t count = envelope(heard ? own : clip->audio, clip->n, music);
    envelope(out, clip->n, noise);
    return correlation(music, noise, count);
}

// Over all clips: the mean, and the least.
static double mean_correlation(Engine *engine, const EngineSettings *settings, bool heard,
                               double *least)
{
    double mean = 0.0;
    *least = 1.0;
    for (int c = 0; c < CLIPS; c++) {
        const double one = noise_correlation(engine, settings, &clips[c], heard);
        mean += one / CLIPS;
        *least = fmin(*least, one);
    }
    return mean;
}

// The smallest model's latent holds the lowest 600 Hz alone: what it adds can follow no more. The
// envelope of these alone has a correlation of 0.74 with that of the music.
static bool hears_little(const char *name)
{
    return strcmp(name, "extra_chico") == 0;
}

static void test_noise_follows_the_music(void)
{
    for (int m = 0; m < MODELS; m++) {
        Error error;
        const char *name = model_names[m];
        Model *model = shipped(name);
        REQUIRE(model);
        Engine *engine = engine_new(model, NULL, RATE, 1, &error);
        REQUIRE(engine);
        for (int character = 0; character < 3; character++) {
            EngineSettings settings = {ENGINE_NEUTRAL, .detail = 1.0f, .auto_gain = true};
            settings.latent.noise = settings.latent.drift = 1.0f;
            settings.latent.seed = 1;
            settings.latent.noise_character = (NoiseCharacter)character;
            double least, mean = mean_correlation(engine, &settings, false, &least);
            printf("   %s, character %d: correlation %.2f in the mean, %.2f at least\n", name,
                   character, mean, least);
            if (character != NOISE_FOLLOWS) continue;
            if (hears_little(name)) {
                mean = mean_correlation(engine, &settings, true, &least);
                printf("   %s, with what it hears of the music: %.2f, %.2f\n", name, mean, least);
            }
            if (!judged) continue;
            CHECK_MSG(mean > 0.9 && least > 0.8, "%s: correlation %.3f, at least %.3f", name, mean,
                      least);
        }
        engine_free(engine);
        model_free(model);
    }
}

// ---- Blend across ----

// Takes a clip to the model's rate; returns the samples there, and how many. The caller frees them.
static float *at_model_rate(const Model *model, const Clip *clip, size_t *n)
{
    Error error;
    float *audio = calloc(2 * clip->n, sizeof(float));
    if (model->sample_rate == RATE) {
        memcpy(audio, clip->audio, clip->n * sizeof(float));
        *n = clip->n;
        return audio;
    }
    Resampler *resampler = resampler_new(RATE, model->sample_rate, 1, &error);
    const float *const in[] = {clip->audio};
    *n = resampler_process(resampler, in, clip->n, (float *[]){audio});
    resampler_free(resampler);
    return audio;
}

// Encodes audio at the model's rate. The caller frees the latent.
static Latent *encode(const Model *model, const float *audio, size_t n)
{
    Error error;
    const size_t frames = (size_t)arch_latent_frames(&model->arch, n);
    Latent *latent = latent_new(model, frames, &error);
    Encoder *encoder = encoder_new(model, 1);
    const size_t channels = (size_t)latent->channels;
    encoder_reset(encoder, n);
    size_t made = 0;
    for (size_t at = 0; made < frames; at += CODEC_BLOCK) {
        float block[CODEC_BLOCK] = {0};
        for (size_t i = 0; i < CODEC_BLOCK && at + i < n; i++) block[i] = audio[at + i];
        const LaneFrames got = encoder_process(encoder, (LaneFrames){block, 0, 1, CODEC_BLOCK});
        const size_t taken = (size_t)got.count < frames - made ? (size_t)got.count : frames - made;
        memcpy(latent->values + made * channels, got.values, taken * channels * sizeof(float));
        made += taken;
    }
    encoder_free(encoder);
    return latent;
}

enum { PARTS = 4 };

// Returns by how many dB the best mix of four sounds explains `out`: least squares.
static double mix_snr(const float *out, float *const part[PARTS], size_t n)
{
    double a[PARTS][PARTS + 1] = {{0}};
    for (size_t t = 0; t < n; t++)
        for (int i = 0; i < PARTS; i++) {
            for (int j = 0; j < PARTS; j++) a[i][j] += (double)part[i][t] * (double)part[j][t];
            a[i][PARTS] += (double)part[i][t] * (double)out[t];
        }
    for (int i = 0; i < PARTS; i++) a[i][i] *= 1.0 + 1e-9;
    for (int i = 0; i < PARTS; i++) // the matrix is positive definite: no pivoting
        for (int k = 0; k < PARTS; k++) {
            if (k == i) continue;
            const double factor = a[k][i] / a[i][i];
            for (int j = i; j <= PARTS; j++) a[k][j] -= factor * a[i][j];
        }
    double signal = 0.0, error = 0.0;
    for (size_t t = 0; t < n; t++) {
        double mixed = 0.0;
        for (int i = 0; i < PARTS; i++) mixed += a[i][PARTS] / a[i][i] * (double)part[i][t];
        signal += (double)out[t] * (double)out[t];
        error += ((double)out[t] - mixed) * ((double)out[t] - mixed);
    }
    return 10.0 * log10(signal / error);
}

// Blends clip `from` with clip `with`, in both modes; writes the SNR against the best mix.
static void blend_pair(const Model *model, const Clip *from, const Clip *with, float detail,
                       double snr[2])
{
    enum { SKIPPED = 10 }; // a tenth of a second: the reference's seam
    Error error;
    size_t n, m;
    float *input = at_model_rate(model, from, &n), *reference = at_model_rate(model, with, &m);
    Latent *latent = encode(model, reference, m);
    Engine *engine = engine_new(model, latent, model->sample_rate, 1, &error);
    // The reference repeats, and is shorter by its seam.
    const size_t seam = (size_t)(0.06 * model->sample_rate);
    if (n > m - seam) n = m - seam;
    float *decoded = calloc(n, sizeof(float)), *other = calloc(n, sizeof(float)),
          *out = calloc(n, sizeof(float));
    EngineSettings settings = {ENGINE_NEUTRAL};
    play(engine, &settings, input, decoded, n);
    settings.latent.blend = 1.0f;
    play(engine, &settings, input, other, n);
    const size_t skip = (size_t)model->sample_rate / SKIPPED;
    float *const parts[PARTS] = {input + skip, reference + skip, decoded + skip, other + skip};
    settings.detail = detail;
    for (int mode = 0; mode < 2; mode++) {
        settings.latent.blend_mode = mode ? BLEND_CROSS : BLEND_MIX;
        play(engine, &settings, input, out, n);
        snr[mode] = mix_snr(out + skip, parts, n - skip);
    }
    engine_free(engine);
    latent_free(latent);
    free(input);
    free(reference);
    free(decoded);
    free(other);
    free(out);
}

static int partner = 5; // of the ten: the one five further on, which is of another piece

static void test_a_cross_blend_is_no_mix(void)
{
    for (int m = 0; m < MODELS; m++) {
        Model *model = shipped(model_names[m]);
        REQUIRE(model);
        for (int detail = 0; detail < 2; detail++) {
            double plain = 0.0, cross = 0.0, most = -INFINITY;
            for (int c = 0; c < CLIPS; c++) {
                double snr[2];
                blend_pair(model, &clips[c], &clips[(c + partner) % CLIPS], (float)detail, snr);
                plain += snr[0] / CLIPS;
                cross += snr[1] / CLIPS;
                most = fmax(most, snr[1]);
            }
            printf("   %s, detail %d: a mix explains a blend to %.1f dB, across to %.2f, at most "
                   "%.1f\n",
                   model_names[m], detail, plain, cross, most);
            // At detail 1 the highs that the smaller models never had are the input's, which a mix
            // explains.
            if (judged && (detail == 0 || m >= FIRST_WITH_HIGHS))
                CHECK_MSG(cross < 5.0, "%s: %.1f dB", model_names[m], cross);
        }
        model_free(model);
    }
}

// ---- Silence ----

enum { SILENT = 3 * RATE };

#define SILENCE_DB (-90.0)

static const LatentSettings many[] = {
    {LATENT_NEUTRAL, .noise = 2.0f},
    {LATENT_NEUTRAL, .noise = 2.0f, .noise_character = NOISE_DRIFTING, .drift = 5.0f},
    {LATENT_NEUTRAL, .noise = 2.0f, .noise_character = NOISE_FOLLOWS, .drift = 5.0f},
    {LATENT_NEUTRAL, .offset = 2.0f},
    {LATENT_NEUTRAL, .offset = -2.0f, .absolute = true},
    {LATENT_NEUTRAL, .smear = 1.0f},
    {LATENT_NEUTRAL, .smear = 2.0f, .noise = 1.0f, .offset = 1.0f},
    {.freeze_seconds = 1.0f, .tempo = 120.0f, .scale = 0.0f},
    {.freeze_seconds = 1.0f, .tempo = 120.0f, .scale = 0.5f},
    {.freeze_seconds = 1.0f, .tempo = 120.0f, .scale = 1.5f},
    {.freeze_seconds = 1.0f, .tempo = 120.0f, .scale = 2.0f, .noise = 1.0f, .offset = -1.0f},
    {LATENT_NEUTRAL, .blend = 1.0f, .blend_mode = BLEND_CROSS}, // the reference sounds
};
enum { MANY = sizeof many / sizeof *many };

// Returns the loudest 50 ms of both channels in dB relative to full scale.
static double loudest(float *const *audio, size_t from, size_t to)
{
    enum { PIECE = RATE / 20 };
    double most = -INFINITY;
    for (int c = 0; c < 2; c++)
        for (size_t at = from; at + PIECE <= to; at += PIECE)
            most = fmax(most, decibels(audio[c] + at, PIECE));
    return most;
}

// Silence in, silence out: at every setting, for every model, from the first sample on; with a
// start and a jump of the transport in between.
static void test_silence_stays_silence(void)
{
    static float left[SILENT], right[SILENT];
    float *const both[2] = {left, right};
    for (int m = 0; m < MODELS; m++) {
        Error error;
        Model *model = shipped(model_names[m]);
        REQUIRE(model);
        Latent *reference = latent_new(model, 1000, &error);
        for (size_t i = 0; i < 1000 * (size_t)reference->channels; i++)
            reference->values[i] = (float)sin((double)i);
        Engine *engine = engine_new(model, reference, RATE, 2, &error);
        REQUIRE(engine);
        for (int i = 0; i < MANY; i++) {
            const EngineSettings settings = {.latent = many[i],
                                             .detail = 1.0f,
                                             .wet = 1.0f,
                                             .gain = 1.0f,
                                             .auto_gain = i % 2 == 0,
                                             .enabled = true};
            engine_reset(engine);
            for (size_t at = 0; at < SILENT; at += RATE / 2) {
                if (at == RATE) engine_start(engine, &settings, 12345);
                if (at == 2 * RATE) engine_locate(engine, &settings, 543210);
                memset(left + at, 0, RATE / 2 * sizeof(float));
                memset(right + at, 0, RATE / 2 * sizeof(float));
                engine_process(engine, &settings, (const float *[]){left + at, right + at},
                               (float *[]){left + at, right + at}, RATE / 2);
            }
            const double level = loudest(both, 0, SILENT);
            CHECK_MSG(level < SILENCE_DB, "%s, settings %d: %.1f dBFS", model_names[m], i, level);
        }
        engine_free(engine);
        latent_free(reference);
        model_free(model);
    }
}

// Music, then a rest: noise that follows the music and offset are gone with it, the others after a
// second.
static void test_rests_are_silent(void)
{
    static float left[SILENT], right[SILENT];
    for (int m = 0; m < MODELS; m++) {
        Error error;
        Model *model = shipped(model_names[m]);
        REQUIRE(model);
        Engine *engine = engine_new(model, NULL, RATE, 2, &error);
        REQUIRE(engine);
        for (int i = 0; i < 5; i++) {
            const EngineSettings settings = {.latent = many[i],
                                             .detail = 1.0f,
                                             .wet = 1.0f,
                                             .gain = 1.0f,
                                             .auto_gain = true,
                                             .enabled = true};
            memset(left, 0, sizeof left);
            memcpy(left, clips[0].audio, RATE * sizeof(float));
            memcpy(right, left, sizeof right);
            engine_reset(engine);
            engine_process(engine, &settings, (const float *[]){left, right},
                           (float *[]){left, right}, SILENT);
            // The latency, the level's 30 ms, the network; for what goes on, a second and its fade.
            const size_t rest = RATE + (size_t)engine_latency(engine) + RATE * 45 / 1000 +
                                (i < 2 ? RATE + RATE * 30 / 1000 : 0);
            float *const both[2] = {left, right};
            const double level = loudest(both, rest, SILENT);
            CHECK_MSG(level < SILENCE_DB, "%s, settings %d: %.1f dBFS", model_names[m], i, level);
        }
        engine_free(engine);
        model_free(model);
    }
}

// What a decoder gives by itself in silence, at Detail 0: steady from the first sample on, whatever
// Smear is. The figures stand in the documentation.
static void test_the_own_sound_of_silence_is_steady(void)
{
    static float left[SILENT], right[SILENT];
    float *const both[2] = {left, right};
    for (int m = 0; m < MODELS; m++) {
        Error error;
        Model *model = shipped(model_names[m]);
        REQUIRE(model);
        Engine *engine = engine_new(model, NULL, RATE, 2, &error);
        REQUIRE(engine);
        for (int smeared = 0; smeared < 2; smeared++) {
            EngineSettings settings = {ENGINE_NEUTRAL};
            if (smeared) settings.latent.smear = 1.0f;
            memset(left, 0, sizeof left);
            memset(right, 0, sizeof right);
            engine_reset(engine);
            engine_process(engine, &settings, (const float *[]){left, right},
                           (float *[]){left, right}, SILENT);
            float peak = 0.0f;
            for (size_t i = 0; i < SILENT; i++) peak = fmaxf(peak, fabsf(left[i]));
            const double first = loudest(both, 0, RATE / 10), steady = loudest(both, RATE, SILENT);
            printf("   %s%s: %.1f dBFS in silence, peak %.1f dBFS\n", model_names[m],
                   smeared ? ", smear 1" : "", steady, 20.0 * log10((double)peak + 1e-30));
            CHECK_MSG(first < fmax(steady + 0.5, SILENCE_DB),
                      "%s: %.1f dBFS at the start, then %.1f", model_names[m], first, steady);
        }
        engine_free(engine);
        model_free(model);
    }
}

int main(int argc, char **argv)
{
    const bool others = argc == CLIPS + 1;
    if (others) judged = false, partner = 1;
    if (others && !choose_pieces(argv + 1)) return 1;
    for (int c = 0; c < CLIPS; c++)
        if (!read_clip(&clips[c])) {
            fprintf(stderr, "%s: cannot be read\n", clips[c].path);
            return 1;
        }
    RUN(test_noise_follows_the_music);
    RUN(test_a_cross_blend_is_no_mix);
    if (!others) {
        RUN(test_silence_stays_silence);
        RUN(test_rests_are_silent);
        RUN(test_the_own_sound_of_silence_is_steady);
    }
    for (int c = 0; c < CLIPS; c++) free(clips[c].audio);
    return check_status();
}
