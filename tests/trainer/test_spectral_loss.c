// The spectral loss: known values, its gradient against finite differences, and that silence does
// no harm. tests/pytorch.py compares it with torch.stft().
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/spectral_loss.h"

enum { N = 5000 };

// Two sounds that are unlike each other.
static void make_sounds(float *output, float *audio, size_t n)
{
    fixture_signal(audio, n, 22050.0, 1);
    fixture_signal(output, n, 17000.0, 2);
    for (size_t i = 0; i < n; i++) output[i] *= 0.6f;
}

static void test_equal_sounds_have_none(void)
{
    float audio[N], output[N], gradient[N] = {0};
    make_sounds(output, audio, N);
    SpectralLoss *loss = spectral_loss_new(N);
    CHECK(spectral_loss(loss, audio, audio, 1.0, gradient) == 0.0);
    for (int i = 0; i < N; i++) CHECK(gradient[i] == 0.0f);
    CHECK(spectral_loss(loss, output, audio, 1.0, NULL) > 0.1);
    spectral_loss_free(loss);
}

// At a quarter of the rate a sine stands in the middle of a bin at every size: under a Hann window
// that bin holds its height and the two beside it half of that, in each frame, and no other.
static void test_a_sine_counts_as_it_should(void)
{
    float sine[N], silence[N] = {0};
    for (int i = 0; i < N; i++) sine[i] = 0.5f * (float)sin(1.5707963267948966 * i);
    SpectralLoss *loss = spectral_loss_new(N);
    const double seen = spectral_loss(loss, sine, silence, 1.0, NULL);
    double wanted = 0.0;
    for (int i = 0; i < SPECTRAL_SIZES; i++) {
        static const double height[] = {0.5, 0.25, 0.25};
        for (int k = 0; k < 3; k++) {
            const double magnitude = sqrt(height[k] * height[k] + SPECTRAL_FLOOR * SPECTRAL_FLOOR);
            wanted += (magnitude - SPECTRAL_FLOOR + log(magnitude / SPECTRAL_FLOOR)) /
                      (SPECTRAL_SIZES * (spectral_size[i] / 2 + 1));
        }
    }
    CHECK_MSG(fabs(seen - wanted) < 1e-4 * wanted, "%g, not %g", seen, wanted);
    spectral_loss_free(loss);
}

// Along directions of all samples at once; what is left is where |x| bends within the step.
static void test_gradient_is_that_of_the_value(void)
{
    float audio[N], output[N], moved[N], gradient[N] = {0}, direction[N];
    make_sounds(output, audio, N);
    SpectralLoss *loss = spectral_loss_new(N);
    const double weight = 0.25;
    spectral_loss(loss, output, audio, weight, gradient);
    for (uint32_t d = 0; d < 8; d++) {
        const RandomKey key = {.seed = d, .stream = 9};
        double slope = 0.0;
        random_normal(key, 0, direction, N);
        for (int i = 0; i < N; i++) {
            direction[i] += 2000.0f * gradient[i]; // so that the slope is not near 0
            slope += (double)direction[i] * (double)gradient[i];
        }
        const float step = 2e-5f;
        for (int i = 0; i < N; i++) moved[i] = output[i] + step * direction[i];
        const double above = spectral_loss(loss, moved, audio, weight, NULL);
        for (int i = 0; i < N; i++) moved[i] = output[i] - step * direction[i];
        const double below = spectral_loss(loss, moved, audio, weight, NULL);
        const double numeric = weight * (above - below) / (2.0 * (double)step);
        CHECK_MSG(fabs(numeric - slope) < 0.02 * fabs(slope), "%g, by difference %g", slope,
                  numeric);
    }
    spectral_loss_free(loss);
}

static void test_gradient_is_added(void)
{
    float audio[N], output[N], once[N] = {0}, twice[N] = {0};
    make_sounds(output, audio, N);
    SpectralLoss *loss = spectral_loss_new(N);
    spectral_loss(loss, output, audio, 1.0, once);
    spectral_loss(loss, output, audio, 1.0, twice);
    spectral_loss(loss, output, audio, 1.0, twice);
    for (int i = 0; i < N; i++) CHECK(fabsf(twice[i] - 2.0f * once[i]) < 1e-6f);
    spectral_loss_free(loss);
}

static void test_silence_and_short_sounds_stay_finite(void)
{
    static const size_t lengths[] = {SPECTRAL_SIZE_MIN, SPECTRAL_SIZE_MIN + 1, 511, 512, 2048};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        float output[N], audio[N], silence[N] = {0}, gradient[N] = {0};
        const size_t n = lengths[k];
        make_sounds(output, audio, n);
        SpectralLoss *loss = spectral_loss_new(n);
        REQUIRE(loss);
        CHECK(isfinite(spectral_loss(loss, silence, audio, 1.0, gradient)));
        CHECK(isfinite(spectral_loss(loss, output, silence, 1.0, gradient)));
        CHECK(spectral_loss(loss, silence, silence, 1.0, gradient) == 0.0);
        for (size_t i = 0; i < n; i++) CHECK(isfinite(gradient[i]));
        for (size_t i = n; i < N; i++) CHECK(gradient[i] == 0.0f);
        spectral_loss_free(loss);
    }
}

int main(void)
{
    RUN(test_equal_sounds_have_none);
    RUN(test_a_sine_counts_as_it_should);
    RUN(test_gradient_is_that_of_the_value);
    RUN(test_gradient_is_added);
    RUN(test_silence_and_short_sounds_stay_finite);
    return check_status();
}
