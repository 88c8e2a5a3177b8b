// The levels of a spectrum: the formula, the floor, whole windows and streams.
#include "front/window.h"
#include "lib/check.h"
#include "lib/spectrum_fixture.h"

#include <complex.h>

enum { CHANNELS = 3, HOPS = 40 };

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
        Analysis *analysis = analysis_new(front, RATE, RATE, NULL);
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
    Spectrum *spectrum = make_spectrum(front, 1, RATE, NULL);
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
            Spectrum *loud = make_spectrum(front, 1, RATE, NULL),
                     *soft = make_spectrum(front, 1, RATE, NULL);
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
    Analysis *analysis = analysis_new(front, RATE, RATE, NULL);
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
        for (int c = 0; c < CHANNELS; c++) { // with a rest, longer than a window in all channels
            fixture_signal(audio[c] + size, HOPS * hop, RATE, (uint32_t)c);
            memset(audio[c] + size + (size_t)(5 + c) * hop + 3, 0,
                   (size + 4 * hop) * sizeof(float));
        }
        for (int k = 0; k < front->bands; k++) mean[k] = 0.1f * (float)(k % 7 - 3);
        Analysis *analysis = analysis_new(front, RATE, RATE, mean);
        Spectrum *spectrum = make_spectrum(front, CHANNELS, RATE, mean);
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
            CHECK(frame->loudness == whole.loudness);
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
    Analysis *analysis = analysis_new(front, RATE, RATE, NULL);
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
    Spectrum *full = make_spectrum(front, 1, RATE, mean),
             *low = make_spectrum(front, 1, 22050, mean);
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

int main(void)
{
    RUN(test_levels_are_those_of_the_formula);
    RUN(test_white_noise_has_its_rms_in_each_band);
    RUN(test_values_do_not_depend_on_level);
    RUN(test_floor_is_relative_to_the_strongest_band);
    RUN(test_stream_has_the_bits_of_whole_windows);
    RUN(test_channels_share_one_set_of_levels);
    RUN(test_empty_bands_are_at_the_mean);
    return check_status();
}
