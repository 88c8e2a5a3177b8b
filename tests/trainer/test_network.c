// The trainer's network: its gradient against finite differences, its first weights against
// PyTorch's.
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/adam.h"
#include "network/loss.h"
#include "network/network.h"

// Compares the gradient with central differences of the loss, at parameters spread over every
// tensor. The loss is summed in double from float outputs, so a difference is good to about 1e-7 of
// the loss: the step is large for that reason.
typedef struct {
    Workspace *workspace;
    const Loss *loss; // NULL: that of log levels
    const float *input;
    const bool *silent;
    size_t frames, inputs;
} Case;

static double loss_of(const Case *c, const float *parameters, float *gradient)
{
    network_forward(c->workspace, &(NetworkWeights){.parameters = parameters}, c->input);
    const float *output = network_output(c->workspace);
    if (!c->loss) return level_loss(output, c->input, c->silent, c->frames, c->inputs, gradient);
    const size_t n = c->frames * c->inputs;
    if (gradient) loss_gradient(c->loss, output, c->input, n, gradient);
    return loss_value(c->loss, output, c->input, n);
}

static void check_gradient_of(const char *text, Activation activation, const Loss *loss)
{
    Error error;
    Arch arch;
    REQUIRE(named_arch_parse(&arch, text, activation, &error));
    const size_t window = (size_t)arch_round_up(&arch, loss ? 700 : 3000);
    const size_t n = arch_parameters(&arch), frames = (size_t)arch_front_frames(&arch, window);
    const size_t inputs = (size_t)arch_inputs(&arch), values = frames * inputs;
    float *parameters = malloc(n * sizeof(float)), *gradient = malloc(n * sizeof(float));
    float *input = malloc(values * sizeof(float));
    bool *silent = calloc(frames, sizeof *silent);
    initialize_parameters(&arch, 11, parameters);
    fixture_signal(input, values, 22050.0, 3);
    for (size_t i = 0; i < values; i++) input[i] *= 3.0f; // away from where everything is linear
    for (size_t t = 0; t < frames; t += 5) silent[t] = true;
    const Case c = {workspace_new(&arch, window), loss, input, silent, frames, inputs};
    loss_of(&c, parameters, network_output_gradient(c.workspace));
    network_backward(c.workspace, &(NetworkWeights){.parameters = parameters}, gradient);
    double scale = 0.0;
    for (size_t i = 0; i < n; i++) scale = fmax(scale, fabs((double)gradient[i]));
    const size_t stride = n / 300 + 1;
    for (size_t i = 0; i < n; i += stride) {
        const float value = parameters[i], step = 4e-3f;
        parameters[i] = value + step;
        const double above = loss_of(&c, parameters, NULL);
        parameters[i] = value - step;
        const double below = loss_of(&c, parameters, NULL);
        parameters[i] = value;
        const double numeric = (above - below) / (2.0 * (double)step);
        const double off = fabs(numeric - (double)gradient[i]);
        CHECK_MSG(off < 3e-3 * scale, "%s, parameter %zu: %g, by difference %g (largest %g)", text,
                  i, (double)gradient[i], numeric, scale);
    }
    workspace_free(c.workspace);
    free(parameters);
    free(gradient);
    free(input);
    free(silent);
}

static void check_gradient(const char *text, Activation activation)
{
    check_gradient_of(text, activation, &(Loss){.kind = LOSS_MSE});
}

static void test_gradient_of_relative_loss(void)
{
    check_gradient_of("6k8s6p4,r4k2d3,3k6s3p2", ACTIVATION_TANH, &(Loss){.kind = LOSS_RELATIVE});
}

static void test_gradient_of_leaky_relu(void)
{
    check_gradient("6k8s6p4,5k6s3p4,3k5s2p4", ACTIVATION_LEAKY_RELU);
}

static void test_gradient_of_silu(void)
{
    check_gradient("6k8s6p4,5k6s3p4,3k5s2p4", ACTIVATION_SILU);
}

static void test_gradient_of_tanh(void)
{
    check_gradient("6k8s6p4,5k6s3p4,3k5s2p4", ACTIVATION_TANH);
}

static void test_gradient_of_odd_architectures(void)
{
    for (int i = 8; i < FIXTURE_ARCHS; i++) check_gradient(fixture_archs[i], ACTIVATION_TANH);
}

// Log levels of bands in the place of samples; also with strides, and with silent frames.
static void test_gradient_of_spectral_networks(void)
{
    check_gradient_of("spectrum64h16b8f80:12k1s1p0,r6k3d2,4k1s1p0+linear", ACTIVATION_TANH, NULL);
    check_gradient_of("spectrum64h16b6f80:7k3s1p1,5k4s2p1,r4k2d3", ACTIVATION_SILU, NULL);
}

// torch.manual_seed(1); then torch.nn.Conv1d(1, 64, 8).weight.flatten()[:4], and the twelfth
// tensor, the last decoder layer's bias, of the chosen network. (make check compares every value
// with PyTorch itself.)
static void test_first_weights_are_those_of_pytorch(void)
{
    Error error;
    Arch arch;
    REQUIRE(named_arch_parse(&arch, "normal", ACTIVATION_LEAKY_RELU, &error));
    float *parameters = malloc(arch_parameters(&arch) * sizeof(float));
    initialize_parameters(&arch, 1, parameters);
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(&arch, list);
    const float *weight = parameters + list[0].weight;
    static const float torch_weight[4] = {0.182173043f, -0.156050771f, -0.0685403869f,
                                          0.165946975f};
    for (int k = 0; k < 4; k++)
        CHECK_MSG(weight[k * 64] == torch_weight[k], "tap %d: %.9g, in PyTorch %.9g", k,
                  (double)weight[k * 64], (double)torch_weight[k]);
    const float bias = parameters[list[5].bias];
    CHECK_MSG(bias == -0.328525573f, "last bias: %.9g", (double)bias);
    free(parameters);
}

typedef struct {
    Arch arch;
    size_t window, parameters, values; // values: of the input, and of the output
    float *weights, *input[2], *gradient[2];
} Twice;

static void twice_open(Twice *twice, const char *text)
{
    Error error;
    Arch *arch = &twice->arch;
    REQUIRE(named_arch_parse(arch, text, ACTIVATION_LEAKY_RELU, &error));
    twice->window = (size_t)arch_round_up(arch, 3000);
    twice->parameters = arch_parameters(arch);
    twice->values = (size_t)arch_front_frames(arch, twice->window) * (size_t)arch_inputs(arch);
    twice->weights = malloc(twice->parameters * sizeof(float));
    initialize_parameters(arch, 12, twice->weights);
    for (int i = 0; i < 2; i++) {
        twice->input[i] = malloc(twice->values * sizeof(float));
        twice->gradient[i] = malloc(twice->parameters * sizeof(float));
        fixture_signal(twice->input[i], twice->values, 22050.0, 4 + (uint32_t)i);
    }
}

static void twice_close(Twice *twice)
{
    free(twice->weights);
    for (int i = 0; i < 2; i++) {
        free(twice->input[i]);
        free(twice->gradient[i]);
    }
}

// Writes the gradient of half the squared error, times `scale`, to gradient[parameters].
static void find_gradient(const Twice *twice, Workspace *workspace, const PackedWeights *packed,
                          const float *input, float scale, float *gradient)
{
    const NetworkWeights weights = {twice->weights, packed};
    network_forward(workspace, &weights, input);
    const float *output = network_output(workspace);
    float *dy = network_output_gradient(workspace);
    for (size_t k = 0; k < twice->values; k++) dy[k] = scale * (output[k] - input[k]);
    network_backward(workspace, &weights, gradient);
}

static void check_same_gradients(const Twice *twice, const char *text)
{
    CHECK_MSG(memcmp(twice->gradient[0], twice->gradient[1], twice->parameters * sizeof(float)) ==
                  0,
              "%s", text);
}

// Weights that are packed once give the same bits as those that each product packs.
static void check_packed(const char *text)
{
    Twice twice;
    twice_open(&twice, text);
    PackedWeights *packed = packed_weights_new(&twice.arch);
    packed_weights_set(packed, twice.weights);
    for (int i = 0; i < 2; i++) {
        Workspace *workspace = workspace_new(&twice.arch, twice.window);
        find_gradient(&twice, workspace, i == 0 ? NULL : packed, twice.input[0], 1.0f,
                      twice.gradient[i]);
        workspace_free(workspace);
    }
    check_same_gradients(&twice, text);
    packed_weights_free(packed);
    twice_close(&twice);
}

static void test_packed_weights(void)
{
    for (int i = 0; i < FIXTURE_ARCHS; i++) check_packed(fixture_archs[i]);
    check_packed("normal");
    check_packed("espectro");
    check_packed("80k8s4p2,200k7s2p3,6k3s2p1"); // more terms than a block of a sum has
}

// A workspace that has worked on another window, with large errors, gives the bits of a new one.
static void check_forgets(const char *text)
{
    Twice twice;
    twice_open(&twice, text);
    for (int used = 0; used < 2; used++) {
        Workspace *workspace = workspace_new(&twice.arch, twice.window);
        if (used)
            find_gradient(&twice, workspace, NULL, twice.input[1], 1000.0f, twice.gradient[1]);
        find_gradient(&twice, workspace, NULL, twice.input[0], 1.0f, twice.gradient[used]);
        workspace_free(workspace);
    }
    check_same_gradients(&twice, text);
    twice_close(&twice);
}

static void test_a_workspace_forgets(void)
{
    for (int i = 0; i < FIXTURE_ARCHS; i++) check_forgets(fixture_archs[i]);
    check_forgets("spectrum64h16b6f80:7k3s1p1,5k4s2p1,r4k2d3");
    check_forgets("4k2s2p0,3k3s3p0/1k10s6p0"); // the second layer leaves two frames unread
}

// Three steps of Adam on two numbers, by hand from the paper's algorithm in double.
static void test_adam(void)
{
    float parameters[2] = {1.0f, -2.0f}, first[2] = {0}, second[2] = {0};
    double exact[2] = {1.0, -2.0}, m[2] = {0}, v[2] = {0};
    Adam adam = {.first = first, .second = second};
    for (int t = 1; t <= 3; t++) {
        const float gradient[2] = {0.3f * (float)t, -0.01f};
        const AdamStep step = adam_begin(&adam, 0.01);
        adam_update(&adam, step, parameters, gradient, 0, 2);
        for (int i = 0; i < 2; i++) {
            m[i] = 0.9 * m[i] + 0.1 * (double)gradient[i];
            v[i] = 0.999 * v[i] + 0.001 * (double)gradient[i] * (double)gradient[i];
            exact[i] -=
                0.01 * (m[i] / (1.0 - pow(0.9, t))) / (sqrt(v[i] / (1.0 - pow(0.999, t))) + 1e-8);
        }
    }
    for (int i = 0; i < 2; i++) CHECK(fabs(exact[i] - (double)parameters[i]) < 1e-6);
}

int main(void)
{
    RUN(test_gradient_of_leaky_relu);
    RUN(test_gradient_of_silu);
    RUN(test_gradient_of_tanh);
    RUN(test_gradient_of_odd_architectures);
    RUN(test_gradient_of_relative_loss);
    RUN(test_gradient_of_spectral_networks);
    RUN(test_first_weights_are_those_of_pytorch);
    RUN(test_packed_weights);
    RUN(test_a_workspace_forgets);
    RUN(test_adam);
    return check_status();
}
