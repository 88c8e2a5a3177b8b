// The windows and the bands of a spectrum.
#include "front/window.h"
#include "lib/check.h"
#include "lib/spectrum_fixture.h"

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

int main(void)
{
    RUN(test_windows_multiply_to_hann);
    RUN(test_bands_are_triangles_that_sum_to_one);
    RUN(test_low_bands_are_a_bin_apart_and_the_rest_is_mel);
    return check_status();
}
