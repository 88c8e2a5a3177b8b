// The example that a training gives to be listened to, of a network on a spectrum whose weights are
// known: the identity leaves the audio as it is, and a bias makes it louder by so much.
#include "lib/check.h"
#include "lib/fixture.h"
#include "training/example.h"

static void test_spectrum_is_played_with_the_phases_of_the_input(void)
{
    enum { BANDS = 8, SAMPLES = 4096 };
    Error error;
    TrainingOptions options = {.rate = 22050.0};
    REQUIRE(arch_parse(&options.arch, "spectrum64h16b8f80:8k1s1p0", ACTIVATION_TANH, &error));
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(&options.arch, list);
    float *parameters = calloc(arch_parameters(&options.arch), sizeof *parameters);
    for (size_t k = 0; k < BANDS; k++)
        for (int i = 0; i < 2; i++) parameters[list[i].weight + k * BANDS + k] = 1.0f;
    float audio[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) audio[i] = (float)sin(0.4 * i); // within the measured bands
    const float band_mean[BANDS] = {0.5f, -0.5f};
    TrainingEpoch epoch = {.parameters = parameters, .band_mean = band_mean};
    Example *example = example_new(&options, SAMPLES);
    REQUIRE(example);
    const float *same = example_decode(example, &epoch, audio);
    REQUIRE(same);
    CHECK(memcmp(same, audio, sizeof audio) == 0);
    for (size_t k = 0; k < BANDS; k++) parameters[list[1].bias + k] = 0.5f;
    const float *louder = example_decode(example, &epoch, audio);
    REQUIRE(louder);
    for (int i = 200; i < SAMPLES - 200; i++)
        CHECK(fabs((double)louder[i] - exp(0.5) * (double)audio[i]) < 1e-3);
    example_free(example);
    free(parameters);
}

int main(void)
{
    RUN(test_spectrum_is_played_with_the_phases_of_the_input);
    return check_status();
}
