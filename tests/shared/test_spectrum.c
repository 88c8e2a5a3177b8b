// What the gains of a spectrum add to the audio.
#include "front/synthesis.h"
#include "lib/check.h"
#include "lib/spectrum_fixture.h"

#include <complex.h>

enum { CHANNELS = 3, HOPS = 40 };

// ---- Gains ----

// Plays HOPS hops of each channel with gains[bands] in each frame, or with none.
static void play(const ArchFront *front, int channels, const float *gains, float *const *audio,
                 float *const *out)
{
    Spectrum *spectrum = make_spectrum(front, channels, RATE, NULL);
    REQUIRE(spectrum);
    for (int t = 0; t < HOPS; t++) {
        const float *in[CHANNELS];
        float *to[CHANNELS];
        for (int c = 0; c < channels; c++) {
            in[c] = audio[c] + t * front->hop;
            to[c] = out[c] + t * front->hop;
        }
        spectrum_analyse(spectrum, in);
        spectrum_synthesise(spectrum, gains, to);
    }
    spectrum_free(spectrum);
}

static float in_memory[CHANNELS][HOPS * 256], out_memory[CHANNELS][HOPS * 256];
static float *const ins[CHANNELS] = {in_memory[0], in_memory[1], in_memory[2]};
static float *const outs[CHANNELS] = {out_memory[0], out_memory[1], out_memory[2]};

static void test_equal_gains_change_each_channel_by_a_factor(void)
{
    for (int f = 0; f < FRONTS; f++) {
        const ArchFront *front = &fronts[f];
        const size_t hop = (size_t)front->hop, n = HOPS * hop;
        float gains[SPECTRUM_BANDS_MAX];
        for (int c = 0; c < CHANNELS; c++) fixture_signal(ins[c], n, RATE, (uint32_t)c);
        for (int k = 0; k < front->bands; k++) gains[k] = 0.6931472f; // twice as loud
        play(front, CHANNELS, gains, ins, outs);
        for (int c = 0; c < CHANNELS; c++) {
            double error = 0.0, power = 0.0;
            for (size_t i = 0; i < n - hop; i++) {
                const double difference = (double)outs[c][i + hop] - (double)ins[c][i];
                error += difference * difference;
                power += (double)ins[c][i] * (double)ins[c][i];
            }
            CHECK_MSG(10.0 * log10(error / power) < -120.0, "front %d: %.1f dB", f,
                      10.0 * log10(error / power));
        }
    }
}

static void test_no_gain_gives_exactly_nothing(void)
{
    static const float zeros[SPECTRUM_BANDS_MAX];
    const ArchFront *front = &fronts[1];
    fixture_signal(ins[0], HOPS * 128, RATE, 1);
    for (int given = 0; given < 2; given++) {
        memset(outs[0], 1, HOPS * 128 * sizeof(float));
        play(front, 1, given ? zeros : NULL, ins, outs);
        for (int i = 0; i < HOPS * 128; i++) CHECK(outs[0][i] == 0.0f);
    }
}

// Cut whole, the audio is gone; lifted too far, it stops at 18 dB; not a number is no change.
static void test_gains_are_limited(void)
{
    static const struct {
        float gain;
        double change;
    } cases[] = {{-1000.0f, -1.0},      {-INFINITY, -1.0},         {2.0f, 6.38905609893},
                 {2.5f, 6.94328234724}, {INFINITY, 6.94328234724}, {NAN, 0.0}};
    const ArchFront *front = &fronts[0];
    fixture_signal(ins[0], HOPS * 256, RATE, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float gains[64];
        for (int k = 0; k < 64; k++) gains[k] = cases[i].gain;
        play(front, 1, gains, ins, outs);
        double worst = 0.0;
        for (int s = 0; s < (HOPS - 1) * 256; s++) {
            const double off = (double)outs[0][s + 256] - cases[i].change * (double)ins[0][s];
            if (!(fabs(off) <= worst)) worst = fabs(off);
        }
        CHECK_MSG(worst < 1e-5, "gain %g: %g", (double)cases[i].gain, worst);
    }
}

// One band's gain reaches its neighbours' centres and no further.
static void test_gain_of_a_band_stays_in_it(void)
{
    const ArchFront *front = &fronts[0];
    float gains[64] = {0};
    gains[40] = 1.0f;
    TestBands made = make_bands(front);
    int low = 0, high = 1024;
    while (made.bands.band[low] < 39) low++;
    while (made.bands.band[high] > 40) high--;
    free(made.block);
    static const double at[] = {0.5, 0.0};
    for (size_t j = 0; j < 2; j++) {
        const double bin = at[j] > 0.0 ? 0.5 * (low + high) : low - 8.0;
        for (int i = 0; i < HOPS * 256; i++)
            ins[0][i] = 0.5f * (float)sin(6.283185307179586 * bin / 2048.0 * i);
        play(front, 1, gains, ins, outs);
        double change = 0.0;
        for (int i = 4096; i < HOPS * 256; i++) change = fmax(change, fabs((double)outs[0][i]));
        CHECK_MSG(at[j] > 0.0 ? change > 0.3 : change < 0.01, "bin %g: %g", bin, change);
    }
}

static void test_waiting_frames_get_their_own_gains(void)
{
    enum { WAIT = 3 };
    const ArchFront *front = &fronts[1];
    fixture_signal(ins[0], HOPS * 128, RATE, 1);
    Spectrum *now = make_spectrum(front, 1, RATE, NULL);
    Spectrum *late = spectrum_new(&(SpectrumSetup){
        .front = front, .rate = RATE, .limit = RATE, .channels = 1, .frames = WAIT + 1});
    REQUIRE(now && late);
    float gains[HOPS][48], values[HOPS][48];
    static float first[HOPS][128], second[128];
    for (int t = 0; t < HOPS; t++) {
        const float *in[1] = {ins[0] + t * 128};
        float *to[1] = {first[t]}, *late_to[1] = {second};
        memcpy(values[t], spectrum_analyse(now, in)->values, sizeof values[t]);
        for (int k = 0; k < 48; k++) gains[t][k] = 0.3f * (float)((7 * t + 3 * k) % 5 - 2);
        spectrum_synthesise(now, gains[t], to);
        spectrum_analyse(late, in);
        if (t < WAIT) continue;
        CHECK(memcmp(spectrum_oldest(late)->values, values[t - WAIT], sizeof values[0]) == 0);
        spectrum_synthesise(late, gains[t - WAIT], late_to);
        CHECK(memcmp(second, first[t - WAIT], sizeof second) == 0);
    }
    spectrum_free(now);
    spectrum_free(late);
}

static void test_reset_forgets(void)
{
    const ArchFront *front = &fronts[4];
    float gains[20];
    for (int k = 0; k < 20; k++) gains[k] = 0.1f * (float)k - 1.0f;
    fixture_signal(ins[0], HOPS * 77, RATE, 1);
    Spectrum *spectrum = make_spectrum(front, 1, RATE, NULL);
    REQUIRE(spectrum);
    for (int round = 0; round < 2; round++) {
        for (int t = 0; t < HOPS; t++) {
            const float *in[1] = {ins[0] + t * 77};
            float *to[1] = {outs[round] + t * 77};
            spectrum_analyse(spectrum, in);
            if (t < HOPS - 1 || round == 1) spectrum_synthesise(spectrum, gains, to);
        }
        if (round == 0) spectrum_reset(spectrum);
    }
    CHECK(memcmp(outs[0], outs[1], (HOPS - 1) * 77 * sizeof(float)) == 0);
    spectrum_free(spectrum);
}

// ---- Hostile input ----

static void fill(float *audio, size_t n, int kind)
{
    for (size_t i = 0; i < n; i++) {
        const float impulse = i % 997 == 0 ? 1.99f : 0.0f;
        const float square = i / 400 % 2 ? 1.99f : -1.99f;
        const float cases[] = {0.0f,
                               1e-42f,
                               1e-30f,
                               1e-20f,
                               1e-9f,
                               1.99f,
                               impulse,
                               square,
                               i == n / 2 ? 1.99f : 0.0f,
                               i % 2 ? 1.99f : -1.99f};
        audio[i] = cases[kind];
    }
}
enum { HOSTILE = 10, SILENT_KINDS = 5 };

static void test_hostile_input_gives_finite_numbers(void)
{
    for (int f = 0; f < FRONTS; f++) {
        for (int kind = 0; kind < HOSTILE; kind++) {
            const ArchFront *front = &fronts[f];
            Spectrum *spectrum = make_spectrum(front, 1, RATE, NULL);
            REQUIRE(spectrum);
            fill(ins[0], (size_t)(HOPS * front->hop), kind);
            for (int t = 0; t < HOPS; t++) {
                const float *in[1] = {ins[0] + t * front->hop};
                const AnalysisFrame *frame = spectrum_analyse(spectrum, in);
                float gains[SPECTRUM_BANDS_MAX];
                CHECK(isfinite(frame->level));
                CHECK(frame->silent || kind >= SILENT_KINDS);
                for (int k = 0; k < front->bands; k++) {
                    CHECK(isfinite(frame->values[k]));
                    CHECK(fabsf(frame->values[k]) <= 0.1152f * (float)front->floor);
                    gains[k] = k % 2 ? 5.0f : -90.0f;
                }
                float *to[1] = {outs[0]};
                spectrum_synthesise(spectrum, gains, to);
                for (int i = 0; i < front->hop; i++) {
                    CHECK(isfinite(outs[0][i]) && fabsf(outs[0][i]) < 20.0f);
                    if (kind < SILENT_KINDS) CHECK(outs[0][i] == 0.0f);
                }
            }
            spectrum_free(spectrum);
        }
    }
}

static void test_block_is_as_large_as_it_says(void)
{
    const SpectrumSetup setup = {
        .front = &fronts[0], .rate = RATE, .limit = RATE, .channels = 2, .frames = 3};
    const size_t arrays = (2 * 2048 + 2 * 512 + 3 * 2 * 2 * 1025 + 3 * 64) * sizeof(float);
    CHECK(spectrum_bytes(&setup) > arrays && spectrum_bytes(&setup) < arrays + 200000);
}

int main(void)
{
    RUN(test_equal_gains_change_each_channel_by_a_factor);
    RUN(test_no_gain_gives_exactly_nothing);
    RUN(test_gains_are_limited);
    RUN(test_gain_of_a_band_stays_in_it);
    RUN(test_waiting_frames_get_their_own_gains);
    RUN(test_reset_forgets);
    RUN(test_hostile_input_gives_finite_numbers);
    RUN(test_block_is_as_large_as_it_says);
    return check_status();
}
