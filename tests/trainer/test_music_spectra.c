// What the operations do to real music through the shipped model of spectra: the same in blocks of
// any length, without clicks, nothing in silence; the axes, and how far Match looks back.
#include "audio/audio.h"
#include "engine/engine.h"
#include "front/analysis.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "math/random.h"

enum { RATE = 48000, N = 16 * RATE };
// An operation is on for a second and a half, after two seconds, which Match has to hear.
enum { ON = 2 * RATE + 5, OFF = ON + 3 * RATE / 2, SHORT = OFF + RATE / 2 };

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

// At rest, then the operation, then at rest again.
static void run_operation(Engine *engine, int operation, float in[2][N], float to[2][N],
                          size_t most, uint32_t seed)
{
    engine_reset(engine);
    run_blocks(engine, &at_rest, in, to, 0, ON, most, seed);
    run_blocks(engine, &operations[operation].settings, in, to, ON, OFF, most, seed + 1);
    run_blocks(engine, &at_rest, in, to, OFF, SHORT, most, seed + 2);
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
        CHECK_MSG(fixture_difference(out[0] + ON + latency, music[0] + ON, RATE) > 0.01,
                  "%s: nothing changes", operations[o].name);
        engine_free(engine);
    }
}

// What is left of recordings where nobody plays: noise below -120 dB on a constant offset.
static void set_hush(float in[2][N], size_t from, size_t end)
{
    for (size_t i = from; i < end; i++) {
        float noise[2];
        random_normal((RandomKey){.seed = 7}, i, noise, 2);
        for (int c = 0; c < 2; c++) in[c][i] = 0.01f + 3e-7f * noise[c];
    }
}

static bool is_same(const float *a, const float *b, size_t from, size_t end)
{
    return memcmp(a + from, b + from, (end - from) * sizeof(float)) == 0;
}

// Nothing is added to silence before and after music, once no frame sees the music or the step to
// the offset. A sound that was frozen sounds on.
static void test_silence_stays_silent(void)
{
    enum { START = RATE / 2, STOP = START + 2 * RATE };
    const size_t window = (size_t)model->arch.front.window;
    memcpy(other, music, sizeof other);
    set_hush(other, 0, START);
    set_hush(other, STOP, SHORT);
    for (int o = 0; o < OPERATIONS; o++) {
        const char *name = operations[o].name;
        const EngineSettings *settings = &operations[o].settings;
        const bool sounds_on = settings->latent.freeze_kind == FREEZE_SOUND;
        Engine *engine = engine_of(o, RATE);
        REQUIRE(engine);
        engine_reset(engine);
        run_blocks(engine, settings, other, out, 0, SHORT, 512, 1);
        const size_t latency = (size_t)engine_latency(engine);
        for (int c = 0; c < 2; c++) {
            const float *heard = out[c] + latency, *in = other[c];
            CHECK_MSG(is_same(heard, in, window, START - window), "%s: sounds before the music",
                      name);
            CHECK_MSG(!is_same(heard, in, START, STOP), "%s: nothing changes", name);
            CHECK_MSG(is_same(heard, in, STOP + window, SHORT - latency) == !sounds_on,
                      "%s: sounds after the music", name);
        }
        engine_free(engine);
    }
}

// ---- Clicks ----

// The largest second difference in [from, to).
static double bend(const float *audio, size_t from, size_t to)
{
    double most = 0.0;
    for (size_t i = from + 2; i < to; i++)
        most =
            fmax(most, fabs((double)audio[i] - 2.0 * (double)audio[i - 1] + (double)audio[i - 2]));
    return most;
}

// Two low tones in which every step stands out, each slowly now louder, now softer than the other.
static void set_tones(float in[2][N])
{
    for (size_t i = 0; i < SHORT; i++) {
        const double t = (double)i / RATE, turn = 2.0 * 3.14159265;
        const double share = 0.5 + 0.4 * sin(turn * 0.4 * t);
        in[0][i] =
            (float)(0.2 * (share * sin(turn * 110.0 * t) + (1.0 - share) * sin(turn * 277.0 * t)));
        in[1][i] = 0.5f * in[0][i];
    }
}

// The RMS of what is changed in the milliseconds [from, to) after sample `at`.
static double change_in(const float *in, const float *audio, size_t at, size_t from, size_t to)
{
    enum { MILLISECOND = RATE / 1000 };
    at += from * MILLISECOND;
    return fixture_difference(audio + at, in + at, (to - from) * MILLISECOND);
}

// Each operation is switched on and off at full strength: its change fades in and out over some 50
// ms, and no sample leaps. Without a fade the spectrum's own windows would leave one of 5 ms, or 20
// ms where the frozen sound ends.
static void test_nothing_clicks(void)
{
    set_tones(other);
    const double own = bend(other[0], 0, SHORT);
    for (int o = 0; o < OPERATIONS; o++) {
        const char *name = operations[o].name;
        const bool sound = operations[o].settings.latent.freeze_kind == FREEZE_SOUND;
        Engine *engine = engine_of(o, RATE);
        REQUIRE(engine);
        run_operation(engine, o, other, out, 512, 1);
        const float *heard = out[0] + (size_t)engine_latency(engine);
        const double early = change_in(other[0], heard, ON, 0, 10);
        const double full = change_in(other[0], heard, ON, 60, 100);
        CHECK_MSG(full > 0.0 && early < 0.5 * full, "%s: %g at once, %g then", name, early, full);
        const double before = change_in(other[0], heard, OFF - RATE / 10, 0, 100);
        const double fading = change_in(other[0], heard, OFF, sound ? 25 : 12, sound ? 35 : 22);
        const double after = change_in(other[0], heard, OFF, 80, 400);
        CHECK_MSG(fading > 0.1 * before && after < 0.01 * before,
                  "%s: %g before it ends, then %g and %g", name, before, fading, after);
        // Gains lift by up to 8; the first sample of the tones is left out.
        const double most = bend(heard, RATE / 10, OFF + RATE / 4);
        CHECK_MSG(most < 10.0 * own, "%s: bends by %g, the tones by %g", name, most, own);
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
    Analysis *analysis = analysis_new(front, RATE, RATE, model->band_mean);
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

// A rest in the music is left out: after it Match is where it was, and changes the same two
// seconds, which are played again and again, in the same way.
static void test_match_leaves_rests_out(void)
{
    Error error;
    enum { REST = 6 * RATE, BACK = 10 * RATE, BEFORE = REST - 2 * RATE };
    EngineSettings settings = at_rest;
    settings.latent.match = 1.0f;
    Engine *engine = engine_new(model, NULL, RATE, 2, &error);
    for (int c = 0; c < 2; c++) {
        for (size_t i = 0; i < N; i++) other[c][i] = music[c][RATE + i % (2 * RATE)];
        memset(other[c] + REST, 0, (BACK - REST) * sizeof(float));
    }
    engine_start(engine, &settings, 0);
    run_blocks(engine, &settings, other, out, 0, N, 512, 1);
    const size_t latency = (size_t)engine_latency(engine), second = RATE;
    const float *before = out[0] + BEFORE + latency, *after = out[0] + BACK + latency;
    double moved[BANDS];
    const double apart = level_difference(before, after, second - latency, moved);
    CHECK_MSG(apart < 1.2, "%.2f dB apart", apart); // 1.9 dB where the rest counts
    CHECK(level_difference(other[0] + BACK, after, second - latency, moved) > 3.0);
    // Without its past the first second would be as it was.
    engine_start(engine, &settings, BACK);
    run_blocks(engine, &settings, other, out, BACK, BACK + 2 * second, 512, 1);
    CHECK(level_difference(other[0] + BACK, out[0] + BACK + latency, second - latency, moved) <
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
