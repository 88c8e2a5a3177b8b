// The engine and the song's position: bounces from the middle, jumps, starts.
#include "lib/check.h"
#include "lib/engine_fixture.h"

// Plays the song from `from` on, as a host does that jumps there; what came before is another piece
// of music.
static void play_from(const Model *fixture, double rate, const float *song, size_t n, size_t from,
                      size_t before, float *out)
{
    Error error;
    Engine *engine = engine_new(fixture, NULL, rate, 1, &error);
    const EngineSettings settings = {.latent = {LATENT_NEUTRAL, .noise = 0.5f, .seed = 3},
                                     .wet = 1.0f,
                                     .gain = 1.0f,
                                     .detail = 0.5f,
                                     .auto_gain = true,
                                     .enabled = true};
    float *other = malloc((before + 1) * sizeof(float));
    fixture_signal(other, before, rate, 99);
    run_engine(engine, &settings, other, other, before, 512, 4);
    engine_locate(engine, &settings, from);
    run_engine(engine, &settings, song + from, out + from, n - from, 512, (uint32_t)from);
    free(other);
    engine_free(engine);
}

static void test_a_bounce_from_the_middle_is_the_same(void)
{
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    model->info.level = -15.0;
    static const double some[] = {22050.0, 44056.0, 48000.0, 96000.0};
    for (int r = 0; r < 4; r++) {
        const size_t n = (size_t)some[r] * 8;
        float *song = malloc(n * sizeof(float)), *whole = malloc(n * sizeof(float)),
              *part = malloc(n * sizeof(float));
        fixture_signal(song, n, some[r], 1);
        play_from(model, some[r], song, n, 0, 0, whole);
        static const size_t starts[] = {1, 35, 36, 10007, 33333};
        for (int i = 0; i < 5; i++) {
            play_from(model, some[r], song, n, starts[i], (size_t)(i * 1000), part);
            const size_t same = starts[i] + (size_t)(some[r] * 3.5);
            CHECK_MSG(memcmp(part + same, whole + same, (n - same) * sizeof(float)) == 0,
                      "%g Hz from %zu: %g", some[r], starts[i],
                      fixture_difference(part + same, whole + same, n - same));
        }
        free(song);
        free(whole);
        free(part);
    }
    model_free(model);
}

// Wherever playing starts or jumps to, the song sounds, and the same: also where the position
// itself has no sample at the model's rate and the next one begins a frame.
static void test_every_position_can_be_jumped_to(void)
{
    static const double some[] = {8000.0, 22050.0, 44100.0, 48000.0, 96000.0};
    enum { POSITIONS = 700, HEARD = 500, N = POSITIONS + 4000 };
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    for (size_t r = 0; r < sizeof some / sizeof *some; r++) {
        float song[N], whole[N], part[N];
        fixture_signal(song, N, some[r], 1);
        Engine *engine = engine_new(model, NULL, some[r], 1, &error);
        REQUIRE(engine);
        run_engine(engine, &wet_only, song, whole, N, 512, 1);
        int wrong = 0, first = 0;
        for (int from = 0; from < 2 * POSITIONS; from++) {
            const size_t at = (size_t)from / 2;
            if (from % 2)
                engine_start(engine, &wet_only, at);
            else
                engine_locate(engine, &wet_only, at);
            run_engine(engine, &wet_only, song + at, part + at, N - at, 512, 2);
            if (memcmp(part + N - HEARD, whole + N - HEARD, HEARD * sizeof(float)) == 0) continue;
            if (wrong++ == 0) first = from / 2;
        }
        CHECK_MSG(wrong == 0, "%g Hz: %d of %d, the first at %d", some[r], wrong, 2 * POSITIONS,
                  first);
        engine_free(engine);
    }
    model_free(model);
}

enum { START_RATE = 48000, START = 5000, START_SAMPLES = START + 24000 };

// A song that begins at START, in blocks up to `most`; at `change` the detail goes from 1 to 0.
static void play_start(Engine *engine, const float *audio, float *out, size_t most, size_t change)
{
    EngineSettings detailed = wet_only;
    detailed.detail = 1.0f;
    engine_reset(engine);
    run_engine(engine, &wet_only, audio, out, START, 512, 1);
    engine_start(engine, &detailed, START);
    run_engine(engine, &detailed, audio + START, out + START, change - START, most, 2);
    run_engine(engine, &wet_only, audio + change, out + change, START_SAMPLES - change, most, 3);
}

// While nothing is decoded yet of a song that begins, its dry signal is heard, wherever the detail
// is set; soon after all is as if there had been no beginning.
static void test_a_start_leaves_no_hole(void)
{
    enum { SETTLED = START + 4000 };
    static float audio[START_SAMPLES], plain[START_SAMPLES], out[START_SAMPLES],
        again[START_SAMPLES];
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, START_RATE, 1, &error);
    REQUIRE(engine);
    const size_t latency = (size_t)engine_latency(engine);
    fixture_signal(audio, START_SAMPLES, START_RATE, 1);
    run_engine(engine, &wet_only, audio, plain, START_SAMPLES, 512, 1);
    play_start(engine, audio, out, 512, START);
    play_start(engine, audio, again, 1, START + 100);
    CHECK(memcmp(out, again, sizeof out) == 0);
    CHECK(memcmp(out + START, audio + START - latency, latency * sizeof(float)) == 0);
    CHECK(memcmp(out + SETTLED, plain + SETTLED, (START_SAMPLES - SETTLED) * sizeof(float)) == 0);
    engine_free(engine);
    model_free(model);
}

// A jump loses nothing of what went in before it, and what comes after is in time.
static void test_a_jump_keeps_the_tail_and_the_time(void)
{
    Error error;
    Model *model = fixture_identity(22050.0);
    for (int r = 0; r < RATES; r++) {
        Engine *engine = engine_new(model, NULL, rates[r], 1, &error);
        const size_t latency = (size_t)engine_latency(engine);
        enum { N = 24000, JUMP = 12007 };
        float *audio = malloc(N * sizeof(float)), *plain = malloc(N * sizeof(float)),
              *jumped = malloc(N * sizeof(float));
        for (size_t i = 0; i < N; i++)
            audio[i] = (float)(0.5 * sin(6.283185307179586 * 300.0 * (double)i / rates[r]));
        run_engine(engine, &wet_only, audio, plain, N, 512, 1);
        engine_reset(engine);
        run_engine(engine, &wet_only, audio, jumped, JUMP, 512, 1);
        engine_locate(engine, &wet_only, 123456);
        run_engine(engine, &wet_only, audio + JUMP, jumped + JUMP, N - JUMP, 512, 2);
        // Far from the jump, by the resamplers' length, the two agree.
        const size_t far = latency + 64, near = JUMP + latency;
        CHECK_MSG(fixture_difference(jumped, plain, near - far) < 2e-3, "%g Hz before", rates[r]);
        CHECK_MSG(fixture_difference(jumped + near + far, plain + near + far, N - near - far) <
                      2e-3,
                  "%g Hz after", rates[r]);
        engine_free(engine);
        free(audio);
        free(plain);
        free(jumped);
    }
    model_free(model);
}

int main(void)
{
    RUN(test_a_bounce_from_the_middle_is_the_same);
    RUN(test_every_position_can_be_jumped_to);
    RUN(test_a_start_leaves_no_hole);
    RUN(test_a_jump_keeps_the_tail_and_the_time);
    return check_status();
}
