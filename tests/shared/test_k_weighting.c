// The K-weighting, at frequencies where the recommendation or its filters' design name the value.
#include "front/k_weighting.h"
#include "lib/check.h"

#include <math.h>

static double decibels(double hertz)
{
    return 10.0 * log10(k_weighting(hertz));
}

// ITU-R BS.1770 subtracts 0.691 dB from loudness, so that a tone of 997 Hz reads its level.
static void test_a_tone_of_1_kHz_reads_its_level(void)
{
    CHECK_MSG(fabs(decibels(997.0) - 0.691) < 0.01, "%g dB", decibels(997.0));
}

static void test_treble_is_lifted_by_4_dB(void)
{
    CHECK_MSG(fabs(decibels(10000.0) - 4.0) < 0.1, "%g dB", decibels(10000.0));
    CHECK(decibels(90000.0) == decibels(23000.0) && fabs(decibels(23000.0) - 4.0) < 0.1);
}

// A high-pass of second order: 6 dB less at 38 Hz, where its two poles lie, then 12 dB an octave.
static void test_bass_falls(void)
{
    CHECK_MSG(fabs(decibels(38.0) + 6.0) < 0.5, "%g dB", decibels(38.0));
    CHECK(fabs(decibels(10.0) - decibels(5.0) - 12.0) < 1.0);
    CHECK(k_weighting(0.0) == 0.0);
}

int main(void)
{
    RUN(test_a_tone_of_1_kHz_reads_its_level);
    RUN(test_treble_is_lifted_by_4_dB);
    RUN(test_bass_falls);
    return check_status();
}
