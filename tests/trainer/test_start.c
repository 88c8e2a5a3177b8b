// What a network with a linear path starts as: a lapped transform, or one with a band folded into
// another's channel.
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/initialize.h"
#include "network/loss.h"
#include "network/network.h"

// With as many bands as the hop the lapped transform is orthogonal and the untrained network gives
// its input back; with fewer it is the projection onto them, which a second pass leaves alone.
static void check_start(const char *text, bool whole)
{
    Error error;
    Arch arch;
    REQUIRE(arch_parse(&arch, text, ACTIVATION_LEAKY_RELU, &error));
    enum { EDGE = 200 };
    const size_t window = (size_t)arch_round_up(&arch, 3000);
    float *parameters = malloc(arch_parameters(&arch) * sizeof(float));
    float *audio = malloc(window * sizeof(float)), *once = malloc(window * sizeof(float));
    initialize_parameters(&arch, START_TRANSFORM, 5, parameters);
    fixture_signal(audio, window, 22050.0, 3);
    Workspace *workspace = workspace_new(&arch, window);
    network_forward(workspace, parameters, audio);
    const double loss = loss_mse(network_output(workspace), audio, window);
    memcpy(once, network_output(workspace), window * sizeof(float));
    network_forward(workspace, parameters, once);
    const double changed = fixture_difference(once + EDGE, network_output(workspace) + EDGE,
                                              window - 2 * (size_t)EDGE);
    CHECK_MSG(changed < 1e-5, "%s: a second pass changes %g", text, changed);
    if (whole) CHECK(fixture_difference(once + EDGE, audio + EDGE, window - 2 * EDGE) < 1e-5);
    CHECK_MSG(whole || (loss > 1e-4 && loss < 0.02), "%s: loss %g", text, loss);
    workspace_free(workspace);
    free(parameters);
    free(audio);
    free(once);
}

static void test_linear_path_starts_as_lapped_transform(void)
{
    check_start("36k72s36p36+linear", true);
    check_start("64k8s6p4,r8k3d2,32k6s3p4,36k5s2p4,r8k3d1+linear", true);
    check_start("64k8s6p4,r8k3d2,32k6s3p4,8k5s2p4,r8k3d1+linear", false);
    check_start("4k12s3p5,9k6s3p2/5k5s3p1,1k12s3p4+linear", true);
}

// One band is left out of this one, and the chains are just wide enough to fold it.
#define FOLDABLE "7k16s8p8,r6k2d1,7k1s1p0+linear"

enum { NOISE = 40000 };

static void make_noise(float *audio, float gain)
{
    for (int i = 0; i < NOISE; i += 4) random_normal((RandomKey){7, 1}, (uint64_t)i, audio + i, 4);
    for (int i = 0; i < NOISE; i++) audio[i] *= gain;
}

// The output of the untrained network for the audio.
static void untrained(const char *text, Start start, const float *audio, float *output)
{
    Error error;
    Arch arch;
    REQUIRE(arch_parse(&arch, text, ACTIVATION_LEAKY_RELU, &error));
    REQUIRE(start_check(&arch, start, &error));
    float *parameters = malloc(arch_parameters(&arch) * sizeof(float));
    initialize_parameters(&arch, start, 3, parameters);
    Workspace *workspace = workspace_new(&arch, NOISE);
    network_forward(workspace, parameters, audio);
    memcpy(output, network_output(workspace), NOISE * sizeof(float));
    workspace_free(workspace);
    free(parameters);
}

// Of a band as loud as those beside it at most 64 % of the power can come back by its sign, and the
// bands beside are a rough measure of the loudness: two fifths are what there is. Noise is the
// hardest to fold: nothing in it can be guessed.
static void test_folded_start_keeps_more_than_the_transform(void)
{
    static const char *const texts[] = {
        FOLDABLE,
        "20k16s8p8,r9k3d2,r8k2d1,7k1s1p0+linear",
        "9k16s8p8,r6k1d1,7k1s1p0/13k1s1p0,r8k3d1,1k16s8p8+linear",
        "160k144s72p72,r24k3d1,71k1s1p0+linear",
    };
    float *audio = malloc(3 * NOISE * sizeof(float));
    float *transform = audio + NOISE, *folded = transform + NOISE;
    make_noise(audio, 0.1f);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        untrained(texts[i], START_TRANSFORM, audio, transform);
        untrained(texts[i], START_FOLDED, audio, folded);
        const double left = loss_mse(folded, audio, NOISE) / loss_mse(transform, audio, NOISE);
        CHECK_MSG(left < 0.65, "%s: %g of the transform's error are left", texts[i], left);
    }
    free(audio);
}

// Soft music is folded as loud music is, to the last bit.
static void test_folded_start_is_the_same_at_any_level(void)
{
    float *loud = malloc(4 * NOISE * sizeof(float)), *soft = loud + NOISE;
    float *of_loud = soft + NOISE, *of_soft = of_loud + NOISE;
    make_noise(loud, 1.0f);
    make_noise(soft, 0x1p-12f);
    untrained(FOLDABLE, START_FOLDED, loud, of_loud);
    untrained(FOLDABLE, START_FOLDED, soft, of_soft);
    for (int i = 0; i < NOISE; i++) CHECK(of_soft[i] == of_loud[i] * 0x1p-12f);
    free(loud);
}

static void check_refused(const char *text, Activation activation, const char *why)
{
    Error error;
    Arch arch;
    REQUIRE(arch_parse(&arch, text, activation, &error));
    CHECK_MSG(start_check(&arch, START_TRANSFORM, &error), "%s: %s", text, error.text);
    REQUIRE(!start_check(&arch, START_FOLDED, &error));
    CHECK_MSG(strstr(error.text, why), "%s: %s", text, error.text);
}

static void test_what_cannot_be_folded_is_refused(void)
{
    check_refused("7k16s8p8,r6k2d1,7k1s1p0", ACTIVATION_LEAKY_RELU, "a linear path");
    check_refused(FOLDABLE, ACTIVATION_SILU, "leaky_relu");
    check_refused("7k16s8p8,r6k2d1,8k1s1p0+linear", ACTIVATION_LEAKY_RELU, "latent channels");
    check_refused("7k16s8p8,r6k2d1,1k1s1p0+linear", ACTIVATION_LEAKY_RELU, "latent channels");
    check_refused("7k16s8p8,r5k2d1,7k1s1p0+linear", ACTIVATION_LEAKY_RELU, "a width of");
    check_refused("6k16s8p8,r6k2d1,7k1s1p0+linear", ACTIVATION_LEAKY_RELU, "at least 7 channels");
    check_refused("7k16s8p8,7k1s1p0+linear", ACTIVATION_LEAKY_RELU, "residual blocks");
    check_refused("7k16s8p8,r6k2d1,7k2s1p0+linear", ACTIVATION_LEAKY_RELU, "kernel 1");
    check_refused("8k8s4p4,r6k2d1,7k8s2p3+linear", ACTIVATION_LEAKY_RELU, "kernel 1");
}

int main(void)
{
    RUN(test_linear_path_starts_as_lapped_transform);
    RUN(test_folded_start_keeps_more_than_the_transform);
    RUN(test_folded_start_is_the_same_at_any_level);
    RUN(test_what_cannot_be_folded_is_refused);
    return check_status();
}
