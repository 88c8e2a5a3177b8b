// What the operations do to real music through the shipped model of spectra: the same in blocks of
// any length, without clicks, nothing in silence; the axes, and how far Match looks back.
#include "audio/audio.h"
#include "engine/engine.h"
#include "front/analysis.h"
#include "lib/check.h"
#include "lib/fixture.h"

enum { RATE = 48000, N = 16 * RATE, SHORT = 3 * RATE };

static Model *model;
static Latent *reference;
static float music[2][N], out[2][N], other[2][N];

#define NEUTRAL .detail = 1.0f, .wet = 1.0f, .gain = 1.0f, .enabled = true

// What is tried, alone. `reference`: with one.
static const struct {
    const char *name;
    bool reference;
    EngineSettings settings;
} operations[] = {
    {"axis 1", false, {.latent = {LATENT_NEUTRAL, .axes = {2.0f}}, NEUTRAL}},
    {"axes 2 to 4", false, {.latent = {LATENT_NEUTRAL, .axes = {0, -2, 1, 2}}, NEUTRAL}},
    {"match", false, {.latent = {LATENT_NEUTRAL, .match = 1.0f}, NEUTRAL}},
    {"match, reference", true, {.latent = {LATENT_NEUTRAL, .match = 1.0f}, NEUTRAL}},
    {"blend, dynamics", true, {.latent = {LATENT_NEUTRAL, .blend = 1, .dynamics = 1}, NEUTRAL}},
    {"freeze, timbre", false, {.latent = {LATENT_NEUTRAL, .freeze = true}, NEUTRAL}},
    {"freeze, sound",
     false,
     {.latent = {LATENT_NEUTRAL, .freeze = true, .freeze_kind = FREEZE_SOUND}, NEUTRAL}},
    {"noise", false, {.latent = {LATENT_NEUTRAL, .noise = 1, .drift = 8, .seed = 3}, NEUTRAL}},
    {"scale", false, {.latent = {.tempo = 120, .scale = 0.3f, .smear = 0.2f}, NEUTRAL}},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static const EngineSettings at_rest = {ENGINE_NEUTRAL, .detail = 1.0f};

static bool read_music(const char *path, float *const audio[2], size_t n)
{
    Error error;
    AudioReader *reader = audio_open(path, &error);
    float *frames = malloc(2 * n * sizeof(float));
    size_t read = 0;
    const bool ok = reader && audio_channels(reader) == 2 && audio_rate(reader) == RATE &&
                    audio_read(reader, frames, n, &read, &error);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 2; c++) audio[c][i] = ok && i < read ? frames[2 * i + c] : 0.0f;
    free(frames);
    audio_close(reader);
    return ok;
}

// In random blocks of up to `most` samples.
static void run_blocks(Engine *engine, const EngineSettings *settings, float in[2][N],
                       float to[2][N], size_t from, size_t end, size_t most, uint32_t seed)
{
    for (size_t at = from, i = 0; at < end; i++) {
        size_t block = fixture_block(seed, i, most);
        if (block > end - at) block = end - at;
        engine_process(engine, settings, (const float *[]){in[0] + at, in[1] + at},
                       (float *[]){to[0] + at, to[1] + at}, block);
        at += block;
    }
}

static Engine *engine_of(int operation, double rate)
{
    Error error;
    return engine_new(model, operations[operation].reference ? reference : NULL, rate, 2, &error);
}

// At rest for a second, then the operation, then at rest again.
static void run_operation(Engine *engine, int operation, float in[2][N], float to[2][N],
                          size_t most, uint32_t seed)
{
    engine_reset(engine);
    run_blocks(engine, &at_rest, in, to, 0, RATE + 5, most, seed);
    run_blocks(engine, &operations[operation].settings, in, to, RATE + 5, SHORT - RATE / 2, most,
               seed + 1);
    run_blocks(engine, &at_rest, in, to, SHORT - RATE / 2, SHORT, most, seed + 2);
}

static void test_block_lengths_do_not_matter(void)
{
    for (int o = 0; o < OPERATIONS; o++) {
        Engine *engine = engine_of(o, o % 2 ? 44100.0 : RATE);
        REQUIRE(engine);
        run_operation(engine, o, music, out, 4096, 1);
        run_operation(engine, o, music, other, 50, 9);
        CHECK_MSG(memcmp(out[0], other[0], SHORT * sizeof(float)) == 0 &&
                      memcmp(out[1], other[1], SHORT * sizeof(float)) == 0,
                  "%s", operations[o].name);
        const size_t latency = (size_t)engine_latency(engine);
        CHECK_MSG(fixture_difference(out[0] + RATE + latency, music[0] + RATE, RATE) > 0.01,
                  "%s: nothing changes", operations[o].name);
        engine_free(engine);
    }
}

static void test_silence_stays_silent(void)
{
    static float nothing[2][N];
    for (int o = 0; o < OPERATIONS; o++) {
        Engine *engine = engine_of(o, RATE);
        REQUIRE(engine);
        engine_reset(engine);
        run_blocks(engine, &operations[o].settings, nothing, out, 0, SHORT, 512, 1);
        bool silent = true;
        for (size_t i = 0; i < SHORT; i++)
            silent = silent && out[0][i] == 0.0f && out[1][i] == 0.0f;
        CHECK_MSG(silent, "%s", operations[o].name);
        engine_free(engine);
    }
}

// The largest second difference in [from, to).
static double bend(const float *audio, size_t from, size_t to)
{
    double most = 0.0;
    for (size_t i = from + 2; i < to; i++)
        most =
            fmax(most, fabs((double)audio[i] - 2.0 * (double)audio[i - 1] + (double)audio[i - 2]));
    return most;
}

// Low tones in which every click stands out.
static void set_tones(float in[2][N])
{
    for (size_t i = 0; i < SHORT; i++) {
        const double t = (double)i / RATE;
        in[0][i] = (float)(0.2 * sin(2.0 * 3.14159265 * 110.0 * t) +
                           0.1 * sin(2.0 * 3.14159265 * 277.0 * t));
        in[1][i] = 0.5f * in[0][i];
    }
}

// Each operation is switched on and off at full strength.
static void test_nothing_clicks(void)
{
    set_tones(other);
    const double own = bend(other[0], 0, SHORT);
    for (int o = 0; o < OPERATIONS; o++) {
        Engine *engine = engine_of(o, RATE);
        REQUIRE(engine);
        run_operation(engine, o, other, out, 512, 1);
        const double steady =
            fmax(own, bend(out[0], RATE + RATE / 4, SHORT - RATE / 2 - RATE / 10));
        const double on = bend(out[0], RATE - 2000, RATE + RATE / 4);
        const double off = bend(out[0], SHORT - RATE / 2 - 2000, SHORT);
        CHECK_MSG(on < 1.5 * steady && off < 1.5 * steady, "%s: bends by %g, %g; %g in between",
                  operations[o].name, on, off, steady);
        engine_free(engine);
    }
}

// ---- Axes ----

enum { BANDS = 64 };

// Adds to sum[BANDS] how the levels of `b` differ from those of `a`, in dB, and returns the mean
// over frames of the RMS over bands.
static double level_difference(const float *a, const float *b, size_t n, double sum[BANDS])
{
    const ArchFront *front = &model->arch.front;
    Analysis *analysis = analysis_new(front, RATE, model->band_mean);
    Bin *spectrum = malloc(((size_t)front->window / 2 + 1) * sizeof *spectrum);
    float of_a[BANDS], of_b[BANDS];
    double distance = 0.0, frames = 0.0;
    memset(sum, 0, BANDS * sizeof *sum);
    for (size_t at = 0; at + (size_t)front->window <= n; at += (size_t)front->hop) {
        AnalysisFrame first = {.values = of_a}, second = {.values = of_b};
        analysis_process(analysis, &(const float *){a + at}, 1, &spectrum, &first);
        analysis_process(analysis, &(const float *){b + at}, 1, &spectrum, &second);
        if (first.silent || second.silent) continue;
        double squares = 0.0;
        for (int k = 0; k < BANDS; k++) {
            const double moved = 8.685889638 * ((double)of_b[k] + (double)second.level -
                                                (double)of_a[k] - (double)first.level);
            squares += moved * moved;
            sum[k] += moved;
        }
        distance += sqrt(squares / BANDS);
        frames += 1.0;
    }
    free(spectrum);
    free(analysis);
    return distance / frames;
}

static double cosine(const double a[BANDS], const double b[BANDS])
{
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (int k = 0; k < BANDS; k++) {
        ab += a[k] * b[k];
        aa += a[k] * a[k];
        bb += b[k] * b[k];
    }
    return ab / sqrt(aa * bb);
}

// At 2 sigma each axis moves the music by at least 3 dB, and no two of them alike.
static void test_axes_have_directions_of_their_own(void)
{
    double moved[MODEL_AXES][BANDS];
    for (int a = 0; a < MODEL_AXES; a++) {
        for (int way = -1; way <= 1; way += 2) {
            Error error;
            EngineSettings settings = at_rest;
            settings.latent.axes[a] = 2.0f * (float)way;
            Engine *engine = engine_new(model, NULL, RATE, 2, &error);
            run_blocks(engine, &settings, music, out, 0, 8 * RATE, 512, 1);
            const size_t latency = (size_t)engine_latency(engine);
            const double distance =
                level_difference(music[0], out[0] + latency, 8 * RATE - latency, moved[a]);
            printf("   axis %d at %d sigma: %.1f dB\n", a + 1, 2 * way, distance);
            CHECK_MSG(distance > 3.0, "axis %d at %d sigma: %.2f dB", a + 1, 2 * way, distance);
            engine_free(engine);
        }
    }
    for (int a = 0; a < MODEL_AXES; a++)
        for (int b = 0; b < a; b++) {
            printf("   axes %d and %d: cosine %.2f\n", b + 1, a + 1, cosine(moved[a], moved[b]));
            CHECK_MSG(fabs(cosine(moved[a], moved[b])) < 0.7, "axes %d and %d: cosine %.2f", b + 1,
                      a + 1, cosine(moved[a], moved[b]));
        }
}

// ---- Match ----

// Two starts, one later in the song: ten seconds after the later one the same bits. Before a second
// has been heard nothing is changed.
static void test_match_looks_back_ten_seconds(void)
{
    for (int with = 0; with < 2; with++) {
        Error error;
        enum { LATE = 3 * RATE + 1234, SAME = LATE + 10 * RATE + RATE / 5 };
        EngineSettings settings = at_rest;
        settings.latent.match = 1.0f;
        Engine *engine = engine_new(model, with ? reference : NULL, RATE, 2, &error);
        const size_t latency = (size_t)engine_latency(engine);
        engine_start(engine, &settings, 0);
        run_blocks(engine, &settings, music, out, 0, N, 512, 1);
        CHECK(memcmp(out[0] + latency, music[0], RATE * sizeof(float)) == 0);
        CHECK(fixture_difference(out[0] + 3 * RATE + latency, music[0] + 3 * RATE, RATE) > 0.01);
        engine_reset(engine);
        engine_start(engine, &settings, LATE);
        run_blocks(engine, &settings, music, other, LATE, N, 300, 2);
        CHECK(memcmp(out[0] + LATE + 2 * RATE, other[0] + LATE + 2 * RATE, RATE) != 0);
        CHECK_MSG(memcmp(out[0] + SAME, other[0] + SAME, (N - SAME) * sizeof(float)) == 0 &&
                      memcmp(out[1] + SAME, other[1] + SAME, (N - SAME) * sizeof(float)) == 0,
                  "it remembers more than ten seconds");
        engine_free(engine);
    }
}

// A rest in the music is left out: after it Match is where it was, and goes on from there.
static void test_match_leaves_rests_out(void)
{
    Error error;
    enum { REST = 4 * RATE, BACK = 9 * RATE };
    EngineSettings settings = at_rest;
    settings.latent.match = 1.0f;
    Engine *engine = engine_new(model, NULL, RATE, 2, &error);
    memcpy(other, music, sizeof other);
    for (int c = 0; c < 2; c++) memset(other[c] + REST, 0, (BACK - REST) * sizeof(float));
    engine_start(engine, &settings, 0);
    run_blocks(engine, &settings, other, out, 0, N, 512, 1);
    double before[BANDS], after[BANDS], plain[BANDS];
    const size_t latency = (size_t)engine_latency(engine), second = RATE;
    level_difference(other[0] + REST - second, out[0] + REST - second + latency, second - latency,
                     before);
    level_difference(other[0] + BACK, out[0] + BACK + latency, second, after);
    CHECK_MSG(cosine(before, after) > 0.5, "cosine %.2f", cosine(before, after));
    // Without its past the first second would be as it was.
    engine_start(engine, &settings, BACK);
    run_blocks(engine, &settings, other, out, BACK, BACK + 2 * second, 512, 1);
    CHECK(level_difference(other[0] + BACK, out[0] + BACK + latency, second - latency, plain) <
          0.01);
    engine_free(engine);
}

int main(void)
{
    Error error;
    model = model_load("presets/models/espectro.safetensors", &error);
    float *const both[2] = {music[0], music[1]};
    if (!(model && read_music("tests/clip.flac", both, N))) return 1;
    // A reference of 4 s: the latent of other music, as the plugin captures it.
    Engine *engine = engine_new(model, NULL, RATE, 2, &error);
    EngineSettings capturing = at_rest;
    capturing.latent.capture = true;
    float *const others[2] = {other[0], other[1]};
    if (!(engine && read_music("presets/sources/disco.flac", others, 4 * RATE))) return 1;
    run_blocks(engine, &capturing, other, out, 0, 4 * RATE, 512, 1);
    run_blocks(engine, &at_rest, other, out, 0, RATE / 10, 512, 1);
    reference = engine_capture(engine, 0);
    engine_free(engine);
    if (!(reference)) return 1;
    RUN(test_block_lengths_do_not_matter);
    RUN(test_silence_stays_silent);
    RUN(test_nothing_clicks);
    RUN(test_axes_have_directions_of_their_own);
    RUN(test_match_looks_back_ten_seconds);
    RUN(test_match_leaves_rests_out);
    latent_free(reference);
    model_free(model);
    return check_status();
}
