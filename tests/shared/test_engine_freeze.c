// Freeze of the sound of a spectrum: the pad that goes on, and the input that is taken away.
#include "lib/check.h"
#include "lib/engine_fixture.h"

enum { HOP = 64, BANDS = 20, N = 96000, ON = 48000, FADED = 9600 };

#define NETWORK  "spectrum512h64b20f80:16k1s1p0,r8k3d2,8k1s1p0,r8k2d1"
#define IDENTITY "spectrum512h64b20f80:20k1s1p0"

#define PI 3.14159265358979

static const EngineSettings at_rest = {ENGINE_NEUTRAL, .detail = 1.0f};

static EngineSettings frozen_settings(void)
{
    EngineSettings settings = at_rest;
    settings.latent.freeze = true;
    settings.latent.freeze_kind = FREEZE_SOUND;
    return settings;
}

static double rms(const float *audio, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)audio[i] * (double)audio[i];
    return sqrt(sum / (double)n);
}

static void tone(float *audio, size_t from, size_t to, double hertz, double rate)
{
    for (size_t i = from; i < to; i++)
        audio[i] = (float)(0.3 * sin(2.0 * PI * hertz * (double)i / rate));
}

// `settings` up to sample `on`, `then` up to `off`, and `settings` again, in random blocks.
static void run_parts(Engine *engine, const EngineSettings *settings, const EngineSettings *then,
                      const float *in, float *out, size_t on, size_t off, size_t n, size_t most)
{
    run_engine(engine, settings, in, out, on, most, 1);
    run_engine(engine, then, in + on, out + on, off - on, most, 2);
    run_engine(engine, settings, in + off, out + off, n - off, most, 3);
}

// The part of audio[n] that is a tone of so many Hz at 48 kHz: its level, and the phase of its
// middle, in turns.
static double tone_in(const float *audio, size_t n, double hertz, double *phase)
{
    double re = 0.0, im = 0.0, whole = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double angle = 2.0 * PI * hertz * (double)i / 48000.0;
        const double window = 1.0 - cos(2.0 * PI * (double)i / (double)n);
        re += window * (double)audio[i] * cos(angle);
        im -= window * (double)audio[i] * sin(angle);
        whole += window;
    }
    *phase = atan2(im, re) / (2.0 * PI);
    return 2.0 * hypot(re, im) / whole;
}

// A tone stays a tone of its pitch and level, steadily, also once the input is silent.
static void test_a_tone_goes_on(void)
{
    static float in[N], out[N];
    static const double pitches[] = {220.0, 997.0, 3000.0, 10007.0};
    Error error;
    Model *model = fixture_model("espectro", ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    const EngineSettings frozen = frozen_settings();
    for (size_t p = 0; p < sizeof pitches / sizeof pitches[0]; p++) {
        memset(in, 0, sizeof in);
        tone(in, 0, ON + FADED, pitches[p], 48000.0);
        engine_reset(engine);
        run_parts(engine, &at_rest, &frozen, in, out, ON, N, N, 512);
        double phase, later;
        for (size_t at = ON; at + 9600 <= N - 4800; at += 4800) {
            const double level = tone_in(out + at, 4800, pitches[p], &phase);
            tone_in(out + at + 4800, 4800, pitches[p], &later);
            double moved = later - phase - pitches[p] * 0.1;
            moved -= round(moved);
            CHECK_MSG(fabs(20.0 * log10(level / 0.3)) < 0.3, "%g Hz, sample %zu: level %g",
                      pitches[p], at, level);
            CHECK_MSG(fabs(moved / 0.1) < 0.25, "%g Hz, sample %zu: %g Hz higher", pitches[p], at,
                      moved / 0.1);
            double power = 0.0;
            for (size_t i = at; i < at + 4800; i++) power += (double)out[i] * (double)out[i];
            CHECK_MSG(fabs(power / 4800.0 - 0.045) < 0.001, "%g Hz, sample %zu: more than it",
                      pitches[p], at);
        }
    }
    engine_free(engine);
    model_free(model);
}

// What comes in while it is frozen is not heard, at any rate of the host.
static void test_the_input_is_taken_away(void)
{
    static float in[N], out[N], other_out[N];
    static const double some[] = {44100.0, 48000.0, 96000.0};
    static const double pitches[] = {100.0, 3000.0, 18000.0};
    Error error;
    Model *model = fixture_model(NETWORK, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    const EngineSettings frozen = frozen_settings();
    for (size_t k = 0; k < 9; k++) {
        const double rate = some[k / 3];
        Engine *engine = engine_new(model, NULL, rate, 1, &error);
        memset(in, 0, sizeof in);
        fixture_signal(in, ON + FADED, rate, 1);
        run_parts(engine, &at_rest, &frozen, in, out, ON, N, N, 512);
        tone(in, ON + FADED, N, pitches[k % 3], rate);
        engine_reset(engine);
        run_parts(engine, &at_rest, &frozen, in, other_out, ON, N, N, 512);
        const size_t from = ON + 2 * FADED, rest = N - from;
        for (size_t i = from; i < N; i++) other_out[i] -= out[i];
        const double left = 20.0 * log10(rms(other_out + from, rest) / rms(in + from, rest));
        CHECK_MSG(rms(out + from, rest) > 0.03, "%g Hz: nothing sounds", rate);
        CHECK_MSG(left < -90.0, "%g Hz, a tone of %g Hz: %g dB", rate, pitches[k % 3], left);
        engine_free(engine);
    }
    model_free(model);
}

// All operations work on the frozen frame, for which block lengths do not matter.
static void test_block_lengths_do_not_matter(void)
{
    static float in[N], first[N], other[N];
    static const size_t most[] = {1, 63, 8192};
    static const double some[] = {44100.0, 48000.0};
    Error error;
    Model *model = fixture_model(NETWORK, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    EngineSettings frozen = frozen_settings();
    frozen.latent.noise = 0.5f;
    frozen.latent.drift = 8.0f;
    frozen.latent.scale = 0.7f;
    frozen.latent.smear = 0.1f;
    frozen.latent.axes[1] = 1.0f;
    frozen.detail = 0.4f;
    for (size_t r = 0; r < sizeof some / sizeof some[0]; r++) {
        Engine *engine = engine_new(model, NULL, some[r], 1, &error);
        fixture_signal(in, N, some[r], 1);
        run_parts(engine, &at_rest, &frozen, in, first, ON + 7, ON + 20011, N, 512);
        for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
            engine_reset(engine);
            run_parts(engine, &at_rest, &frozen, in, other, ON + 7, ON + 20011, N, most[i]);
            CHECK_MSG(memcmp(first, other, sizeof first) == 0, "%g Hz, blocks up to %zu", some[r],
                      most[i]);
        }
        // And they do: the same without them sounds otherwise.
        const EngineSettings plain = frozen_settings();
        engine_reset(engine);
        run_parts(engine, &at_rest, &plain, in, other, ON + 7, ON + 20011, N, 512);
        CHECK(fixture_difference(first + ON + 10000, other + ON + 10000, 10000) > 0.01);
        engine_free(engine);
    }
    model_free(model);
}

static double largest_bend(const float *audio, size_t from, size_t to)
{
    double largest = 0.0;
    for (size_t i = from + 2; i < to; i++)
        largest = fmax(largest,
                       fabs((double)audio[i] - 2.0 * (double)audio[i - 1] + (double)audio[i - 2]));
    return largest;
}

// On, off, on again before it is over, a jump of the song, and the other kind: nothing clicks.
static void test_nothing_clicks(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = fixture_model(NETWORK, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    EngineSettings frozen = frozen_settings(), timbre = frozen;
    timbre.latent.freeze_kind = FREEZE_TIMBRE;
    for (size_t i = 0; i < N; i++) in[i] = 0.0f;
    for (int k = 0; k < 5; k++) {
        static float partial[N];
        tone(partial, 0, N, 211.0 * (k + 1) + 3.0 * k * k, 48000.0);
        for (size_t i = 0; i < N; i++) in[i] += 0.3f * partial[i];
    }
    const EngineSettings *parts[] = {&at_rest, &frozen, &at_rest, &frozen,
                                     &timbre,  &frozen, &frozen,  &at_rest};
    static const size_t length[] = {20000, 10000, 1200, 15000, 10000, 12000, 12000, 15800};
    for (size_t i = 0, at = 0; i < sizeof parts / sizeof parts[0]; at += length[i++]) {
        if (i == 6) engine_locate(engine, parts[i], 12345);
        run_engine(engine, parts[i], in + at, out + at, length[i], 512, (uint32_t)i);
    }
    const double own = largest_bend(in, 0, N), bend = largest_bend(out, 1000, N);
    CHECK_MSG(bend < 1.5 * own, "bends by %g, the input by %g", bend, own);
    for (size_t i = 25000; i < N; i += 4800)
        CHECK_MSG(rms(out + i, 1000) > 0.05, "sample %zu: silent", i);
    engine_free(engine);
    model_free(model);
}

// A jump of the song leaves the pad as it is: a tone goes on at its level, also where the input is
// silent by then.
static void test_a_jump_leaves_the_pad(void)
{
    enum { JUMP = ON + 20011, SPAN = 240 }; // a whole number of periods
    static float in[N], out[N];
    Error error;
    Model *model = fixture_model(NETWORK, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    const EngineSettings frozen = frozen_settings();
    memset(in, 0, sizeof in);
    tone(in, 0, ON + FADED, 1000.0, 48000.0);
    run_parts(engine, &at_rest, &frozen, in, out, ON, JUMP, JUMP, 512);
    engine_locate(engine, &frozen, 54321);
    run_engine(engine, &frozen, in + JUMP, out + JUMP, N - JUMP, 512, 4);
    for (size_t at = ON + FADED; at + SPAN <= N; at += SPAN / 2) {
        const double level = 20.0 * log10(rms(out + at, SPAN) / 0.3 * sqrt(2.0));
        CHECK_MSG(fabs(level) < 1.0, "sample %zu, the jump is %d: %g dB", at, JUMP, level);
    }
    engine_free(engine);
    model_free(model);
}

// In silence nothing is frozen: the freeze waits for the next sound, and takes more of it than its
// first instant.
static void test_it_waits_for_a_sound(void)
{
    static float in[N], out[N];
    Error error;
    Model *model = fixture_model(NETWORK, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    const EngineSettings frozen = frozen_settings();
    memset(in, 0, sizeof in);
    tone(in, 20000, 40000, 440.0, 48000.0);
    tone(in, ON + 4000, ON + 20000, 659.0, 48000.0);
    memset(out, 1, sizeof out);
    run_engine(engine, &frozen, in, out, 20000, 512, 1);
    for (size_t i = 0; i < 20000; i++)
        CHECK_MSG(out[i] == 0.0f, "sample %zu: %g", i, (double)out[i]);
    engine_reset(engine);
    run_parts(engine, &at_rest, &frozen, in, out, ON, N, N, 512);
    for (size_t i = ON - 4000; i < ON + 4000; i++)
        CHECK_MSG(out[i] == 0.0f, "sample %zu: %g", i, (double)out[i]);
    const double level = rms(out + N - 10000, 10000) / rms(in + ON + 10000, 9600);
    CHECK_MSG(fabs(20.0 * log10(level)) < 1.0, "the pad has %g of the sound's level", level);
    engine_free(engine);
    model_free(model);
}

// The same in both channels but for their levels stays so: to the rounding of the transforms.
static void test_the_image_stays(void)
{
    static float in[2][N], out[2][N];
    Error error;
    Model *model = fixture_model(NETWORK, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 2, &error);
    EngineSettings settings = at_rest;
    fixture_signal(in[0], N, 48000.0, 1);
    for (size_t i = 0; i < N; i++) in[1][i] = -0.25f * in[0][i];
    for (size_t at = 0; at < N; at += 480) {
        if (at == ON) settings = frozen_settings();
        const float *const ins[2] = {in[0] + at, in[1] + at};
        float *const outs[2] = {out[0] + at, out[1] + at};
        engine_process(engine, &settings, ins, outs, 480);
    }
    for (size_t i = 0; i < N; i++) out[1][i] += 0.25f * out[0][i];
    CHECK_MSG(rms(out[1] + ON, N - ON) < 1e-5 * rms(out[0] + ON, N - ON), "%g of %g",
              rms(out[1] + ON, N - ON), rms(out[0] + ON, N - ON));
    CHECK(rms(out[0] + N - 9600, 9600) > 0.03);
    engine_free(engine);
    model_free(model);
}

// A model of waveforms knows no frozen sound: there both kinds are the same.
static void test_waveforms_freeze_their_timbre(void)
{
    static float in[N], out[N], other[N];
    Error error;
    Model *model = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    Engine *engine = engine_new(model, NULL, 48000.0, 1, &error);
    EngineSettings sound = frozen_settings(), timbre = sound;
    timbre.latent.freeze_kind = FREEZE_TIMBRE;
    fixture_signal(in, N, 48000.0, 1);
    run_parts(engine, &at_rest, &sound, in, out, ON, ON + 20000, N, 512);
    engine_reset(engine);
    run_parts(engine, &at_rest, &timbre, in, other, ON, ON + 20000, N, 512);
    CHECK(memcmp(out, other, sizeof out) == 0);
    engine_free(engine);
    model_free(model);
}

int main(void)
{
    RUN(test_a_tone_goes_on);
    RUN(test_the_input_is_taken_away);
    RUN(test_block_lengths_do_not_matter);
    RUN(test_nothing_clicks);
    RUN(test_a_jump_leaves_the_pad);
    RUN(test_it_waits_for_a_sound);
    RUN(test_the_image_stays);
    RUN(test_waveforms_freeze_their_timbre);
    return check_status();
}
