// The automatic gain: the level it comes to, what counts, and that it is a matter of
// the position alone.
#include "engine/auto_gain.h"
#include "lib/check.h"
#include "math/random.h"

#include <math.h>
#include <string.h>

enum { RATE = 8000, PIECE = RATE / 10, SECONDS = 10, SAMPLES = SECONDS * RATE };

static float song[SAMPLES], gains[SAMPLES];

// Noise whose loudness is another in each piece of a tenth of a second.
static void make_song(void)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        const RandomKey key = {.seed = 1};
        uint32_t words[4], loudness[4];
        random_words(key, i, 0, words);
        random_words(key, i / PIECE, 1, loudness);
        song[i] = ((float)words[0] / 4294967296.0f - 0.5f) * (float)loudness[0] / 4294967296.0f;
    }
}

static void process(AutoGain *gain, bool wanted, size_t from, size_t to)
{
    const float *const channels[] = {song + from};
    auto_gain_process(gain, wanted, channels, 1, gains + from, to - from);
}

static bool is_about(float value, double wanted)
{
    return fabs((double)value - wanted) < 1e-4 * wanted;
}

static void test_comes_to_the_level_and_goes_back(void)
{
    AutoGain gain;
    auto_gain_init(&gain, -20.0, RATE);
    for (size_t i = 0; i < SAMPLES; i++) song[i] = i % 2 ? 0.05f : -0.05f;
    process(&gain, true, 0, 5 * RATE);
    CHECK(gains[0] == 1.0f);
    CHECK_MSG(is_about(gains[5 * RATE - 1], 2.0), "%g", (double)gains[5 * RATE - 1]);
    process(&gain, false, 5 * RATE, 6 * RATE);
    CHECK(gains[6 * RATE - 1] == 1.0f);
}

static void test_model_without_a_level_leaves_it(void)
{
    AutoGain gain;
    auto_gain_init(&gain, NAN, RATE);
    process(&gain, true, 0, SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++) REQUIRE(gains[i] == 1.0f);
}

static void test_silence_does_not_count(void)
{
    AutoGain gain;
    auto_gain_init(&gain, -20.0, RATE);
    for (size_t i = 0; i < SAMPLES; i++)
        song[i] = i < 2 * RATE || i >= 3 * RATE ? 0.0f : i % 2 ? 0.2f : -0.2f;
    process(&gain, true, 0, SAMPLES);
    CHECK(gains[2 * RATE - 1] == 1.0f);
    CHECK(is_about(gains[4 * RATE], 0.5));
    CHECK_MSG(gains[SAMPLES - 1] == gains[4 * RATE], "%g", (double)gains[SAMPLES - 1]);
}

static void test_moves_in_small_steps(void)
{
    AutoGain gain;
    auto_gain_init(&gain, -20.0, RATE);
    make_song();
    process(&gain, true, 0, SAMPLES);
    for (size_t i = 1; i < SAMPLES; i++) {
        const float step = fabsf(gains[i] - gains[i - 1]);
        if (!CHECK_MSG(step <= 16.0f / PIECE, "%g at %zu", (double)step, i)) return;
    }
}

// Wherever playing began, the same pieces are added in the same order.
static void test_follows_the_position_alone(void)
{
    static float whole[SAMPLES];
    static const size_t starts[] = {1, PIECE - 1, PIECE, 7 * PIECE + 3, 31 * PIECE + 400};
    make_song();
    AutoGain gain, late;
    auto_gain_init(&gain, -20.0, RATE);
    process(&gain, true, 0, SAMPLES);
    memcpy(whole, gains, sizeof whole);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        auto_gain_init(&late, -20.0, RATE);
        process(&late, true, 0, 2 * RATE + 123);
        auto_gain_locate(&late, starts[i], 0);
        process(&late, true, starts[i], SAMPLES);
        const size_t same = starts[i] + (size_t)(3.3 * RATE);
        CHECK_MSG(memcmp(whole + same, gains + same, (SAMPLES - same) * sizeof(float)) == 0,
                  "from %zu", starts[i]);
        CHECK_MSG(late.next == gain.next && memcmp(late.piece, gain.piece, sizeof gain.piece) == 0,
                  "from %zu: another order", starts[i]);
    }
}

int main(void)
{
    RUN(test_comes_to_the_level_and_goes_back);
    RUN(test_model_without_a_level_leaves_it);
    RUN(test_silence_does_not_count);
    RUN(test_moves_in_small_steps);
    RUN(test_follows_the_position_alone);
    return check_status();
}
