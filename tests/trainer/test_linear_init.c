// The initial weights of a linear path: a lapped transform.
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/initialize.h"
#include "network/loss.h"
#include "network/network.h"

// With as many bands as the hop the lapped transform is orthogonal and the untrained network gives
// its input back; with fewer it is the projection onto them, which a second pass leaves alone.
static void check_init(const char *text, bool whole)
{
    Error error;
    Arch arch;
    REQUIRE(arch_parse(&arch, text, ACTIVATION_LEAKY_RELU, &error));
    enum { EDGE = 200 };
    const size_t window = (size_t)arch_round_up(&arch, 3000);
    float *parameters = malloc(arch_parameters(&arch) * sizeof(float));
    float *audio = malloc(window * sizeof(float)), *once = malloc(window * sizeof(float));
    initialize_parameters(&arch, 5, parameters);
    fixture_signal(audio, window, 22050.0, 3);
    Workspace *workspace = workspace_new(&arch, window);
    network_forward(workspace, &(NetworkWeights){.parameters = parameters}, audio);
    const double loss = loss_mse(network_output(workspace), audio, window);
    memcpy(once, network_output(workspace), window * sizeof(float));
    network_forward(workspace, &(NetworkWeights){.parameters = parameters}, once);
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

static void test_linear_path_begins_as_lapped_transform(void)
{
    check_init("36k72s36p36+linear", true);
    check_init("64k8s6p4,r8k3d2,32k6s3p4,36k5s2p4,r8k3d1+linear", true);
    check_init("64k8s6p4,r8k3d2,32k6s3p4,8k5s2p4,r8k3d1+linear", false);
    check_init("4k12s3p5,9k6s3p2/5k5s3p1,1k12s3p4+linear", true);
}

int main(void)
{
    RUN(test_linear_path_begins_as_lapped_transform);
    return check_status();
}
