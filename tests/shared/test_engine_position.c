// The engine and the song's position: bounces from the middle, jumps, starts.
#include "lib/check.h"
#include "lib/engine_fixture.h"

// Plays the song from `from` on, as a host does that jumps there; what came before is another
// piece of music.
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

// ---- Starts ----

enum { RATE = 48000, SOON = RATE / 20 }; // 50 ms

// Settings that remember, follow levels, or go by the position.
static const EngineSettings altered[] = {
    {ENGINE_NEUTRAL, .detail = 0.7f},
    {.latent = {LATENT_NEUTRAL, .noise = 0.3f}, .wet = 1.0f, .gain = 1.0f, .enabled = true},
    {.latent = {LATENT_NEUTRAL, .noise = 0.5f, .noise_character = NOISE_FOLLOWS, .drift = 2.0f},
     .wet = 1.0f,
     .gain = 1.0f,
     .enabled = true,
     .detail = 1.0f},
    {.latent = {LATENT_NEUTRAL, .noise = 0.5f, .noise_character = NOISE_DRIFTING, .drift = 2.0f,
                .blend = 0.6f, .offset = 0.5f, .blend_mode = BLEND_CROSS},
     .wet = 1.0f,
     .gain = 1.0f,
     .enabled = true,
     .detail = 1.0f,
     .auto_gain = true},
    {.latent = {LATENT_NEUTRAL, .smear = 0.5f, .blend = 0.5f},
     .wet = 1.0f,
     .gain = 1.0f,
     .enabled = true,
     .detail = 1.0f,
     .auto_gain = true},
};
enum { ALTERED = sizeof altered / sizeof *altered };

// An engine with a reference, at the model's rate or another.
static Engine *new_engine(const Model *model, double rate)
{
    Error error;
    Latent *reference = latent_new(model, 500, &error);
    const size_t values = 500 * (size_t)reference->channels;
    for (size_t i = 0; i < values; i++) reference->values[i] = (float)sin(0.003 * (double)i);
    Engine *engine = engine_new(model, reference, rate, 1, &error);
    latent_free(reference);
    return engine;
}

// The song of an instance that has played nothing, then the same after other music, with or
// without a rest.
static void test_a_start_forgets_what_was_before(void)
{
    enum { BEFORE = 50000, REST = SOON, N = 3 * RATE };
    static float song[N], fresh[N], out[N], other[BEFORE];
    static const double some[] = {22050.0, RATE};
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    model->info.level = -15.0;
    fixture_signal(song, N, RATE, 1);
    for (int i = 0; i < 4 * ALTERED; i++) {
        const EngineSettings *settings = &altered[i / 4];
        Engine *engine = new_engine(model, some[i % 2]);
        REQUIRE(engine);
        const size_t latency = (size_t)engine_latency(engine);
        const uint64_t position = i % 4 < 2 ? 0 : 12345;
        engine_start(engine, settings, position);
        run_engine(engine, settings, song, fresh, N, 512, 1);

        fixture_signal(other, BEFORE, RATE, 2);
        run_engine(engine, settings, other, other, BEFORE, 512, 1);
        engine_start(engine, settings, position);
        run_engine(engine, settings, song, out, N, 1000, 2);
        const size_t soon = latency + (size_t)(0.05 * some[i % 2]);
        CHECK_MSG(memcmp(out + soon, fresh + soon, (N - soon) * sizeof(float)) == 0,
                  "settings %d at %g Hz: music before is heard longer", i / 4, some[i % 2]);

        memset(out, 0, sizeof out);
        run_engine(engine, settings, out, out, REST + latency, 512, 1);
        engine_start(engine, settings, position);
        run_engine(engine, settings, song, out, N, 100, 3);
        CHECK_MSG(memcmp(out, fresh, sizeof out) == 0, "settings %d at %g Hz: a rest is not enough",
                  i / 4, some[i % 2]);
        engine_free(engine);
    }
    model_free(model);
}

// Wherever between two frames the song starts: what the resamplers still had of the music before
// is in no frame that Smear remembers.
static void test_a_start_may_lie_between_frames(void)
{
    enum { BEFORE = 5000, N = 10000, PLACES = 12 };
    static float song[N], fresh[N], out[N], other[BEFORE];
    const EngineSettings smears = {
        .latent = {LATENT_NEUTRAL, .smear = 0.5f}, .wet = 1.0f, .gain = 1.0f, .enabled = true};
    Model *model = fixture_model("4k8s2p3,4k4s2p1/4k8s2p3,1k2s2p0", ACTIVATION_TANH, 22050.0, 1);
    Engine *engine = new_engine(model, RATE);
    REQUIRE(engine);
    const size_t soon = (size_t)engine_latency(engine) + SOON;
    fixture_signal(song, N, RATE, 1);
    for (uint64_t i = 0; i < PLACES; i++) {
        const uint64_t position = 12345 + 17 * i;
        engine_reset(engine);
        engine_start(engine, &smears, position);
        run_engine(engine, &smears, song, fresh, N, 512, 1);
        fixture_signal(other, BEFORE, RATE, 2);
        run_engine(engine, &smears, other, other, BEFORE, 512, 1);
        engine_start(engine, &smears, position);
        run_engine(engine, &smears, song, out, N, 512, 2);
        CHECK_MSG(memcmp(out + soon, fresh + soon, (N - soon) * sizeof(float)) == 0,
                  "position %d: music before is remembered", (int)position);
    }
    engine_free(engine);
    model_free(model);
}

// A start as in the first test, where the network remembers more than the rest.
static void test_a_start_forgets_what_the_network_remembers(void)
{
    enum { BEFORE = 50000, REST = RATE / 20, N = RATE };
    static float song[N], fresh[N], out[N], other[BEFORE];
    Model *model = fixture_model("16k16s16p0,r4k3d60", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = new_engine(model, RATE);
    REQUIRE(engine);
    fixture_signal(song, N, RATE, 1);
    fixture_signal(other, BEFORE, RATE, 2);
    engine_start(engine, &altered[1], 0);
    run_engine(engine, &altered[1], song, fresh, N, 512, 1);
    run_engine(engine, &altered[1], other, other, BEFORE, 512, 1);
    run_engine(engine, &altered[1], out, out, REST + (size_t)engine_latency(engine), 512, 1);
    engine_start(engine, &altered[1], 0);
    run_engine(engine, &altered[1], song, out, N, 512, 1);
    CHECK(memcmp(out, fresh, sizeof out) == 0);
    engine_free(engine);
    model_free(model);
}

// A host that compensates latency feeds the song's beginning before it says that the song plays.
static void test_a_start_may_come_late(void)
{
    enum { EARLY = 700, REST = RATE, N = RATE };
    static float song[EARLY + N], out[EARLY + N], again[EARLY + N], rest[REST];
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    fixture_signal(song, EARLY + N, RATE, 1);
    Engine *engine = new_engine(model, RATE);
    REQUIRE(engine);
    for (int i = 0; i < ALTERED; i++) {
        for (int second = 0; second < 2; second++) {
            float *to = second ? again : out;
            memset(rest, 0, sizeof rest);
            if (!second) run_engine(engine, &altered[i], song, to, 12345, 512, 1);
            run_engine(engine, &altered[i], rest, rest, REST / (size_t)(2 - second), 512, 1);
            run_engine(engine, &altered[i], song, to, EARLY, 512, 1);
            engine_start(engine, &altered[i], 0);
            run_engine(engine, &altered[i], song + EARLY, to + EARLY, N, 512, 2);
        }
        CHECK_MSG(memcmp(out + EARLY, again + EARLY, N * sizeof(float)) == 0, "settings %d", i);
    }
    engine_free(engine);
    model_free(model);
}

// ---- Clicks ----

static double second_difference(const float *audio, size_t from, size_t to)
{
    double largest = 0.0;
    for (size_t i = from + 1; i + 1 < to; i++)
        largest = fmax(largest,
                       fabs((double)audio[i - 1] - 2.0 * (double)audio[i] + (double)audio[i + 1]));
    return largest;
}

// Returns the least RMS by which 5 ms within [from, to) differ from the dry signal.
static double least_change(const float *out, const float *audio, size_t latency, size_t from,
                           size_t to)
{
    enum { WINDOW = RATE / 200 };
    double least = INFINITY;
    for (; from + WINDOW <= to; from += WINDOW) {
        double squares = 0.0;
        for (size_t i = from; i < from + WINDOW; i++) {
            const double difference = (double)out[i] - (double)audio[i - latency];
            squares += difference * difference;
        }
        least = fmin(least, sqrt(squares / WINDOW));
    }
    return least;
}

// While the input goes on, the transport starts or jumps: no click, and no stretch in which the dry
// signal stands for the sound.
static void test_starts_and_jumps_do_not_click(void)
{
    enum { N = 2 * RATE, AT = RATE };
    static float audio[N], out[N];
    Error error;
    Model *model = model_load("presets/models/normal.safetensors", &error);
    REQUIRE(model);
    for (size_t i = 0; i < N; i++) // low, so that a click stands out
        audio[i] = (float)(0.3 * sin(0.01 * (double)i) + 0.2 * sin(0.0271 * (double)i));
    Engine *engine = new_engine(model, RATE);
    REQUIRE(engine);
    const size_t latency = (size_t)engine_latency(engine);
    for (int i = 0; i < 2 * ALTERED; i++) {
        const EngineSettings *settings = &altered[i / 2];
        engine_reset(engine);
        run_engine(engine, settings, audio, out, AT, 512, 1);
        if (i % 2)
            engine_start(engine, settings, 5001);
        else
            engine_locate(engine, settings, 500001);
        run_engine(engine, settings, audio + AT, out + AT, N - AT, 512, 2);
        const double usual = fmax(second_difference(out, AT / 2, AT),
                                  second_difference(out, AT + 2 * latency + SOON, N));
        const double here = second_difference(out, AT - 1, AT + latency + SOON);
        CHECK_MSG(here < 1.5 * usual, "settings %d, %s: second difference %g, else %g", i / 2,
                  i % 2 ? "start" : "jump", here, usual);
        const double quietest = least_change(out, audio, latency, AT / 2, AT);
        const double now = least_change(out, audio, latency, AT, AT + latency + SOON);
        CHECK_MSG(now > 0.5 * quietest, "settings %d, %s: 5 ms that differ by %g from dry, else %g",
                  i / 2, i % 2 ? "start" : "jump", now, quietest);
    }
    engine_free(engine);
    model_free(model);
}

// Settings that do not go by the position: where the input goes on, a jump moves the network's
// frames against the sound, and no more.
static void test_a_jump_changes_only_what_goes_by_the_position(void)
{
    static const EngineSettings settings[] = {
        {ENGINE_NEUTRAL},
        {.latent = {.scale = 0.4f, .freeze_seconds = 1.0f, .tempo = 120.0f},
         .wet = 1.0f,
         .gain = 1.0f,
         .enabled = true,
         .detail = 1.0f},
        {.latent = {LATENT_NEUTRAL, .smear = 0.2f},
         .wet = 1.0f,
         .gain = 1.0f,
         .enabled = true,
         .detail = 1.0f},
        {.latent = {LATENT_NEUTRAL, .freeze = true},
         .wet = 1.0f,
         .gain = 1.0f,
         .enabled = true,
         .detail = 1.0f},
    };
    // A loop that was frozen with the frames of before is heard up to a frame earlier or later.
    static const double most[] = {-40.0, -25.0, -25.0, -6.0};
    enum { N = 3 * RATE, AT = 2 * RATE };
    static float audio[N], whole[N], jumped[N];
    Error error;
    Model *model = model_load("presets/models/normal.safetensors", &error);
    REQUIRE(model);
    for (size_t i = 0; i < N; i++)
        audio[i] = (float)(0.3 * sin(0.01 * (double)i) + 0.2 * sin(0.0271 * (double)i));
    Engine *engine = new_engine(model, RATE);
    REQUIRE(engine);
    const size_t latency = (size_t)engine_latency(engine);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        engine_reset(engine);
        run_engine(engine, &settings[i], audio, whole, N, 512, 1);
        engine_reset(engine);
        run_engine(engine, &settings[i], audio, jumped, AT, 512, 1);
        engine_locate(engine, &settings[i], 500001);
        run_engine(engine, &settings[i], audio + AT, jumped + AT, N - AT, 512, 2);
        double error_squares = 0.0, squares = 0.0;
        for (size_t n = AT; n < AT + latency + SOON; n++) {
            const double off = (double)jumped[n] - (double)whole[n];
            const double changed = (double)whole[n] - (double)audio[n - latency];
            error_squares += off * off;
            squares += i == 0 ? (double)whole[n] * (double)whole[n] : changed * changed;
        }
        const double decibels = 10.0 * log10(error_squares / squares);
        CHECK_MSG(decibels < most[i], "settings %zu: %.1f dB", i, decibels);
    }
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

// Where the latency is longer than a fade, what went in before a jump comes out as if nothing
// followed, and the fade to the new position is the last of it.
static void test_a_long_tail_fades_late(void)
{
    enum { N = 2 * RATE, AT = RATE + 77, PLACES = 2 };
    static const uint64_t places[PLACES] = {123, 500001};
    static float audio[N], silent[N], jumped[PLACES][N];
    Model *model =
        fixture_model("spectrum4096h1024b40f70:16k1s1p0", ACTIVATION_LEAKY_RELU, RATE, 1);
    REQUIRE(model);
    Engine *engine = new_engine(model, RATE);
    REQUIRE(engine);
    const size_t latency = (size_t)engine_latency(engine), fade = RATE / 50;
    REQUIRE(latency > 2 * fade);
    fixture_signal(audio, N, RATE, 1);
    run_engine(engine, &wet_only, audio, silent, AT, 512, 1);
    const float *const zeros = memset(jumped[0], 0, sizeof jumped[0]);
    run_engine(engine, &wet_only, zeros, silent + AT, latency, 512, 2);
    for (int p = 0; p < PLACES; p++) {
        engine_reset(engine);
        run_engine(engine, &wet_only, audio, jumped[p], AT, 512, 1);
        engine_locate(engine, &wet_only, places[p]);
        run_engine(engine, &wet_only, audio + AT, jumped[p] + AT, N - AT, 512, 3);
        const float *out = jumped[p] + AT;
        CHECK(memcmp(out, silent + AT, (latency - fade) * sizeof(float)) == 0);
        CHECK(fixture_difference(out + latency - fade, silent + AT + latency - fade, fade) > 1e-3);
    }
    engine_free(engine);
    model_free(model);
}

int main(void)
{
    RUN(test_a_bounce_from_the_middle_is_the_same);
    RUN(test_every_position_can_be_jumped_to);
    RUN(test_a_start_forgets_what_was_before);
    RUN(test_a_start_may_lie_between_frames);
    RUN(test_a_start_forgets_what_the_network_remembers);
    RUN(test_a_start_may_come_late);
    RUN(test_a_jump_changes_only_what_goes_by_the_position);
    RUN(test_starts_and_jumps_do_not_click);
    RUN(test_a_jump_keeps_the_tail_and_the_time);
    RUN(test_a_long_tail_fades_late);
    return check_status();
}
