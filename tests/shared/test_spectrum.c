// The spectrum: windows, bands, levels, and what gains add to the audio.
#include "front/spectrum.h"
#include "front/synthesis.h"
#include "front/window.h"
#include "lib/check.h"
#include "lib/fixture.h"

#include <complex.h>

#define RATE 48000.0

// Window, hop, bands, floor: as in use, of odd hops, and the window as long as two hops.
static const ArchFront fronts[] = {
    {FRONT_SPECTRUM, 2048, 256, 64, 80},  {FRONT_SPECTRUM, 1024, 128, 48, 80},
    {FRONT_SPECTRUM, 2048, 256, 280, 90}, {FRONT_SPECTRUM, 1024, 96, 40, 60},
    {FRONT_SPECTRUM, 256, 77, 20, 60},    {FRONT_SPECTRUM, 64, 32, 16, 60},
};
enum { FRONTS = sizeof fronts / sizeof *fronts, CHANNELS = 3, HOPS = 40 };

static Spectrum *make(const ArchFront *front, int channels, double host_rate, const float *mean)
{
    return spectrum_new(&(SpectrumSetup){.front = front,
                                         .rate = RATE,
                                         .limit = analysis_limit(host_rate, RATE),
                                         .band_mean = mean,
                                         .channels = channels,
                                         .frames = 1});
}

static void noise(float *audio, size_t n, uint32_t seed, float rms)
{
    const RandomKey key = {.seed = seed, .stream = 5};
    for (size_t i = 0; i < n; i += 2) {
        float pair[CHANNELS];
        uint32_t words[4];
        random_words(key, i, 0, words);
        for (int j = 0; j < 2; j++) {
            const double u = ((double)words[2 * j] + 1.0) / 4294967297.0;
            pair[j] =
                rms * (float)(sqrt(-2.0 * log(u)) *
                              cos(6.283185307179586 * (double)words[2 * j + 1] / 4294967296.0));
        }
        audio[i] = pair[0];
        if (i + 1 < n) audio[i + 1] = pair[1];
    }
}

// ---- Windows and bands ----

static void test_windows_multiply_to_hann(void)
{
    for (int f = 0; f < FRONTS; f++) {
        const int size = fronts[f].window, hop = fronts[f].hop;
        float analysis[2048], synthesis[2048];
        window_analysis(analysis, size, hop);
        window_synthesis(synthesis, size, hop);
        for (int i = 0; i < hop; i++) {
            const float *last = analysis + size - 2 * hop;
            const double first = (double)last[i] * (double)synthesis[i];
            const double second = (double)last[i + hop] * (double)synthesis[i + hop];
            CHECK(fabs(first - (0.5 - 0.5 * cos(3.14159265358979 * i / hop))) < 1e-6);
            CHECK_MSG(fabs(first + second - 1.0) < 2e-7, "%d: %g", i, first + second);
        }
        for (int i = 0; i < size - 1; i++)
            CHECK(i < size - hop ? analysis[i + 1] > analysis[i] : analysis[i + 1] < analysis[i]);
    }
}

typedef struct {
    void *block;
    Bands bands;
} TestBands;

static TestBands make_bands(const ArchFront *front)
{
    TestBands made = {0};
    Arena arena = {NULL, 0};
    bands_layout(&made.bands, front, &arena);
    arena = (Arena){arena_block(arena.used), 0};
    made.block = arena.block;
    bands_layout(&made.bands, front, &arena);
    bands_init(&made.bands, front, RATE);
    return made;
}

// A gain of one band is a triangle: 0 at its neighbours' centres, and all together sum to 1.
static void test_bands_are_triangles_that_sum_to_one(void)
{
    enum { BINS = 1025 };
    for (int f = 0; f < FRONTS; f++) {
        TestBands made = make_bands(&fronts[f]);
        static float change[BINS], sum[BINS];
        float gains[SPECTRUM_BANDS_MAX] = {0};
        double centre = -1.0, width = 0.0;
        memset(sum, 0, sizeof sum);
        for (int k = 0; k < fronts[f].bands; k++) {
            gains[k] = 1.0f;
            bands_interpolate(&made.bands, gains, change);
            gains[k] = 0.0f;
            double weight = 0.0, moment = 0.0;
            for (int b = 0; b < made.bands.bins; b++) {
                const double part = log1p((double)change[b]);
                sum[b] += (float)part;
                if (b < made.bands.measured) {
                    weight += part;
                    moment += part * b;
                }
            }
            CHECK_MSG(weight > 0.4, "band %d: %g", k, weight);
            CHECK(fabs(weight * (double)made.bands.scale[k] - 1.0) < 1e-5);
            if (k > 1 && k < fronts[f].bands - 1) { // apart, and further and further
                CHECK(moment / weight > centre + 0.9);
                CHECK_MSG(weight > 0.9 * width, "band %d: %g after %g", k, weight, width);
                width = weight;
            }
            centre = moment / weight;
        }
        for (int b = 0; b < made.bands.bins; b++) CHECK(fabsf(sum[b] - 1.0f) < 1e-5f);
        free(made.block);
    }
}

static void test_low_bands_are_a_bin_apart_and_the_rest_is_mel(void)
{
    TestBands made = make_bands(&fronts[0]);
    const Bands *bands = &made.bands;
    CHECK(bands->band[0] == 0 && bands->share[0] == 0.0f && bands->share[1] == 0.0f);
    CHECK(bands->band[2] == 0 && bands->share[2] > 0.0f);
    CHECK(bands->band[bands->bins - 1] == 62 && bands->share[bands->bins - 1] == 1.0f);
    // 18 kHz, 0.375 of the rate, is the last centre: bin 768.
    CHECK(bands->share[768] > 0.99f && bands->share[760] < 0.95f);
    CHECK(bands->measured == 789);
    free(made.block);
    CHECK(bands_below(&fronts[0], RATE, analysis_limit(44100, RATE)) == 64);
    CHECK(bands_below(&fronts[0], RATE, analysis_limit(48000, RATE)) == 64);
    made = make_bands(&fronts[2]);
    for (int b = 2; b < 60; b++) { // each bin is between the centres of two bands
        CHECK(made.bands.band[b] == b - 2);
        CHECK(fabsf(made.bands.share[b] - made.bands.share[2]) < 1e-4f);
    }
    free(made.block);
    const int half = bands_below(&fronts[0], RATE, analysis_limit(24000, RATE));
    CHECK_MSG(half > 40 && half < 56, "%d", half);
}

// ---- Levels ----

// The levels as analysis.h defines them, in double precision by the sum itself.
static double reference_levels(const ArchFront *front, const float *audio, double *values)
{
    enum { BINS = 1025 };
    TestBands made = make_bands(front);
    static float window[2048];
    window_analysis(window, front->window, front->hop);
    double power[SPECTRUM_BANDS_MAX] = {0}, weight[SPECTRUM_BANDS_MAX] = {0}, unit = 0.0;
    for (int i = 0; i < front->window; i++) unit += (double)window[i] * (double)window[i];
    for (int b = 0; b < made.bands.measured; b++) {
        double complex sum = 0.0;
        for (int i = 0; i < front->window; i++)
            sum += (double)audio[i] * (double)window[i] *
                   cexp(-6.283185307179586 * I * (double)((long)b * i % front->window) /
                        front->window);
        const double share = (double)made.bands.share[b];
        const int k = made.bands.band[b];
        const double bin = creal(sum) * creal(sum) + cimag(sum) * cimag(sum);
        power[k] += (1.0 - share) * bin;
        power[k + 1] += share * bin;
        weight[k] += 1.0 - share;
        weight[k + 1] += share;
    }
    double strongest = 0.0, level = 0.0;
    for (int k = 0; k < front->bands; k++) {
        power[k] /= unit * weight[k];
        strongest = fmax(strongest, power[k]);
    }
    for (int k = 0; k < front->bands; k++) {
        values[k] = 0.5 * log(power[k] + strongest * pow(10.0, -0.1 * front->floor));
        level += values[k] / front->bands;
    }
    for (int k = 0; k < front->bands; k++) values[k] -= level;
    free(made.block);
    return level;
}

static void test_levels_are_those_of_the_formula(void)
{
    for (int f = 0; f < FRONTS; f++) {
        const ArchFront *front = &fronts[f];
        static float audio[2048];
        float values[SPECTRUM_BANDS_MAX];
        double expected[SPECTRUM_BANDS_MAX], worst = 0.0;
        static Bin bins[1025];
        fixture_signal(audio, (size_t)front->window, RATE, 3);
        Analysis *analysis = analysis_new(front, RATE, NULL);
        REQUIRE(analysis);
        AnalysisFrame frame = {.values = values};
        const float *in[1] = {audio};
        Bin *spectra[1] = {bins};
        analysis_process(analysis, in, 1, spectra, &frame);
        const double level = reference_levels(front, audio, expected);
        for (int k = 0; k < front->bands; k++)
            worst = fmax(worst, fabs((double)values[k] - expected[k]));
        CHECK_MSG(worst < 1e-5, "front %d: %g", f, worst);
        CHECK_MSG(fabs(level - (double)frame.level) < 1e-5, "%g", level - (double)frame.level);
        CHECK(!frame.silent);
        free(analysis);
    }
}

static void test_white_noise_has_its_rms_in_each_band(void)
{
    const ArchFront *front = &fronts[0];
    enum { FRAMES = 400 };
    float *audio = malloc(FRAMES * 256 * sizeof *audio);
    noise(audio, FRAMES * 256, 1, 0.1f);
    Spectrum *spectrum = make(front, 1, RATE, NULL);
    REQUIRE(audio && spectrum);
    double power[SPECTRUM_BANDS_MAX] = {0};
    float out[256], *outs[1] = {out};
    for (int t = 0; t < FRAMES; t++) {
        const float *in[1] = {audio + t * 256};
        const AnalysisFrame *frame = spectrum_analyse(spectrum, in);
        for (int k = 0; k < front->bands && t >= 8; k++)
            power[k] += exp(2.0 * (double)(frame->values[k] + frame->level)) / (FRAMES - 8);
        spectrum_synthesise(spectrum, NULL, outs);
    }
    for (int k = 0; k < front->bands; k++)
        CHECK_MSG(fabs(10.0 * log10(power[k]) + 20.0) < 1.5, "band %d: %g dB", k,
                  10.0 * log10(power[k]));
    spectrum_free(spectrum);
    free(audio);
}

// Softer music has the same values and another level, down to what is silent.
static void test_values_do_not_depend_on_level(void)
{
    static const float gain[] = {1e-1f, 1e-2f, 1e-4f, 3.7f};
    for (int f = 0; f < FRONTS; f++) {
        const ArchFront *front = &fronts[f];
        const int hop = front->hop;
        static float audio[2][HOPS * 256];
        fixture_signal(audio[0], (size_t)(HOPS * hop), RATE, 4);
        for (size_t g = 0; g < sizeof gain / sizeof *gain; g++) {
            Spectrum *loud = make(front, 1, RATE, NULL), *soft = make(front, 1, RATE, NULL);
            REQUIRE(loud && soft);
            for (int i = 0; i < HOPS * hop; i++) audio[1][i] = gain[g] * audio[0][i];
            float out[256], *outs[1] = {out};
            for (int t = 0; t < HOPS; t++) {
                const float *in[2] = {audio[0] + t * hop, audio[1] + t * hop};
                const AnalysisFrame *a = spectrum_analyse(loud, &in[0]);
                const AnalysisFrame *b = spectrum_analyse(soft, &in[1]);
                CHECK(fixture_difference(a->values, b->values, (size_t)front->bands) < 1e-4);
                CHECK(fabsf(b->level - a->level - logf(gain[g])) < 1e-4f);
                spectrum_synthesise(loud, NULL, outs);
                spectrum_synthesise(soft, NULL, outs);
            }
            spectrum_free(loud);
            spectrum_free(soft);
        }
    }
}

// A tone alone: far from it is the floor.
static void test_floor_is_relative_to_the_strongest_band(void)
{
    const ArchFront *front = &fronts[0];
    float values[64], audio[2048];
    static Bin bins[1025];
    Bin *spectra[1] = {bins};
    const float *in[1] = {audio};
    Analysis *analysis = analysis_new(front, RATE, NULL);
    REQUIRE(analysis);
    AnalysisFrame frame = {.values = values};
    for (int i = 0; i < 2048; i++) audio[i] = 0.01f * (float)sin(6.2831853 * 40.0 / 2048.0 * i);
    analysis_process(analysis, in, 1, spectra, &frame);
    float strongest = values[0];
    for (int k = 0; k < 64; k++) strongest = fmaxf(strongest, values[k]);
    const double below = 8.685889638 * (double)(strongest - values[63]);
    CHECK_MSG(fabs(below - 80.0) < 0.5, "%g dB", below);
    free(analysis);
}

// The engine works hop by hop, the trainer on whole windows.
static void test_stream_has_the_bits_of_whole_windows(void)
{
    for (int f = 0; f < FRONTS; f++) {
        const ArchFront *front = &fronts[f];
        const size_t size = (size_t)front->window, hop = (size_t)front->hop;
        static float audio[CHANNELS][2048 + HOPS * 256], mean[SPECTRUM_BANDS_MAX];
        static Bin bins[CHANNELS][1025];
        float values[SPECTRUM_BANDS_MAX], out[CHANNELS][256];
        memset(audio, 0, sizeof audio);
        for (int c = 0; c < CHANNELS; c++)
            fixture_signal(audio[c] + size, HOPS * hop, RATE, (uint32_t)c);
        for (int k = 0; k < front->bands; k++) mean[k] = 0.1f * (float)(k % 7 - 3);
        Analysis *analysis = analysis_new(front, RATE, mean);
        Spectrum *spectrum = make(front, CHANNELS, RATE, mean);
        REQUIRE(analysis && spectrum);
        for (size_t t = 0; t < HOPS; t++) {
            const float *window[CHANNELS], *last[CHANNELS];
            Bin *spectra[CHANNELS];
            float *outs[CHANNELS];
            for (int c = 0; c < CHANNELS; c++) {
                window[c] = audio[c] + (t + 1) * hop;
                last[c] = window[c] + size - hop;
                spectra[c] = bins[c];
                outs[c] = out[c];
            }
            AnalysisFrame whole = {.values = values};
            analysis_process(analysis, window, CHANNELS, spectra, &whole);
            const AnalysisFrame *frame = spectrum_analyse(spectrum, last);
            CHECK(frame == spectrum_oldest(spectrum));
            CHECK(memcmp(frame->values, values, (size_t)front->bands * sizeof(float)) == 0);
            CHECK(frame->level == whole.level && frame->silent == whole.silent);
            spectrum_synthesise(spectrum, NULL, outs);
            CHECK(spectrum_oldest(spectrum) == NULL);
        }
        spectrum_free(spectrum);
        free(analysis);
    }
}

static void test_channels_share_one_set_of_levels(void)
{
    const ArchFront *front = &fronts[1];
    static float audio[2][1024];
    static Bin bins[2][513];
    float one[64], two[64], both[64];
    fixture_signal(audio[0], 1024, RATE, 1);
    noise(audio[1], 1024, 2, 0.05f);
    Analysis *analysis = analysis_new(front, RATE, NULL);
    REQUIRE(analysis);
    Bin *spectra[2] = {bins[0], bins[1]};
    AnalysisFrame first = {.values = one}, second = {.values = two}, mixed = {.values = both};
    const float *left[1] = {audio[0]}, *twice[2] = {audio[0], audio[0]};
    const float *stereo[2] = {audio[0], audio[1]}, *right[1] = {audio[1]};
    analysis_process(analysis, left, 1, spectra, &first);
    analysis_process(analysis, twice, 2, spectra, &second);
    CHECK(fixture_difference(one, two, 48) < 1e-6 && fabsf(first.level - second.level) < 1e-6f);
    analysis_process(analysis, right, 1, spectra, &second);
    analysis_process(analysis, stereo, 2, spectra, &mixed);
    for (int k = 0; k < 48; k++) {
        const double a = exp(2.0 * (double)(one[k] + first.level));
        const double b = exp(2.0 * (double)(two[k] + second.level));
        CHECK(fabs(0.5 * log(0.5 * (a + b)) - (double)(both[k] + mixed.level)) < 1e-3);
    }
    free(analysis);
}

// What the host's rate leaves empty is at the model's mean, and does not move the others.
static void test_empty_bands_are_at_the_mean(void)
{
    const ArchFront *front = &fronts[0];
    float mean[64], out[256], *outs[1] = {out};
    static float audio[HOPS * 256];
    for (int k = 0; k < 64; k++) mean[k] = 2.0f - 4.0f * (float)k / 63.0f;
    for (int i = 0; i < HOPS * 256; i++)
        audio[i] = 0.2f * (float)(sin(0.02 * i) + sin(0.05 * i) + sin(0.11 * i) + sin(0.3 * i));
    Spectrum *full = make(front, 1, RATE, mean), *low = make(front, 1, 22050, mean);
    const int present = bands_below(front, RATE, analysis_limit(22050, RATE));
    REQUIRE(full && low && present > 40 && present < 60);
    for (int t = 0; t < HOPS; t++) {
        const float *in[1] = {audio + t * 256};
        const AnalysisFrame *a = spectrum_analyse(full, in), *b = spectrum_analyse(low, in);
        double sum = 0.0;
        for (int k = 0; k < 64; k++) {
            if (k >= present) CHECK(b->values[k] == 0.0f);
            if (k < present)
                CHECK(fabsf(a->values[k] + a->level - b->values[k] - b->level) < 1e-4f);
            sum += (double)b->values[k];
        }
        CHECK(fabs(sum) < 1e-4);
        spectrum_synthesise(full, NULL, outs);
        spectrum_synthesise(low, NULL, outs);
    }
    spectrum_free(full);
    spectrum_free(low);
}

// ---- Gains ----

// Plays HOPS hops of each channel with gains[bands] in each frame, or with none.
static void play(const ArchFront *front, int channels, const float *gains, float *const *audio,
                 float *const *out)
{
    Spectrum *spectrum = make(front, channels, RATE, NULL);
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
    Spectrum *now = make(front, 1, RATE, NULL);
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
    Spectrum *spectrum = make(front, 1, RATE, NULL);
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
            Spectrum *spectrum = make(front, 1, RATE, NULL);
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
    RUN(test_windows_multiply_to_hann);
    RUN(test_bands_are_triangles_that_sum_to_one);
    RUN(test_low_bands_are_a_bin_apart_and_the_rest_is_mel);
    RUN(test_levels_are_those_of_the_formula);
    RUN(test_white_noise_has_its_rms_in_each_band);
    RUN(test_values_do_not_depend_on_level);
    RUN(test_floor_is_relative_to_the_strongest_band);
    RUN(test_stream_has_the_bits_of_whole_windows);
    RUN(test_channels_share_one_set_of_levels);
    RUN(test_empty_bands_are_at_the_mean);
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
