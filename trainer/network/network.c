#include "network/network.h"

#include "network/residual.h"
#include "network/strided.h"

#include <stdlib.h>
#include <string.h>

struct Workspace {
    Arch arch;
    size_t frames; // of the input and the output
    Convolution conv[ARCH_CONVOLUTIONS_MAX];
    int signals; // layers of both chains + 1; signal 0 is the input, the last one the output
    Signal signal[2 * ARCH_LAYERS_MAX + 1];
    Signal hidden[2 * ARCH_LAYERS_MAX]; // of the residual block that reads the signal
};

// One layer with its parameters and the signals that it reads and writes.
typedef struct {
    Layer layer;
    bool transposed;
    int at; // its convolution in the list; a residual block's `mix` follows it
    const Convolution *conv;
    Signal *x, *hidden, *y;
} LayerView;

// ---- Layers ----

static bool activates(const Arch *arch, int i)
{
    return i < arch->encoder.layers ? chain_activates(&arch->encoder, i)
                                    : chain_activates(&arch->decoder, i - arch->encoder.layers);
}

// Layer `i` of both chains, the decoder's numbered after the encoder's.
static LayerView layer_view(Workspace *workspace, int i)
{
    const Arch *arch = &workspace->arch;
    const bool decoder = i >= arch->encoder.layers;
    const int layer = decoder ? i - arch->encoder.layers : i;
    const int at = arch_convolution_of(arch, decoder, layer);
    return (LayerView){
        .layer = decoder ? arch->decoder.layer[layer] : arch->encoder.layer[layer],
        .transposed = decoder,
        .at = at,
        .conv = &workspace->conv[at],
        .x = &workspace->signal[i],
        .hidden = &workspace->hidden[i],
        .y = &workspace->signal[i + 1],
    };
}

static LayerView linear_view(Workspace *workspace, bool decoder)
{
    const Arch *arch = &workspace->arch;
    const int at = arch_convolution_of_linear(arch, decoder);
    Signal *latent = &workspace->signal[arch->encoder.layers];
    return (LayerView){
        .layer = decoder ? arch_linear_decoder(arch) : arch_linear_encoder(arch),
        .transposed = decoder,
        .at = at,
        .conv = &workspace->conv[at],
        .x = decoder ? latent : &workspace->signal[0],
        .y = decoder ? &workspace->signal[workspace->signals - 1] : latent,
    };
}

static Strided strided_layer(const LayerView *view, const NetworkWeights *weights)
{
    return (Strided){
        .shape = strided_shape(&view->layer),
        .transposed = view->transposed,
        .padding = (size_t)view->layer.padding,
        .weights = conv_weights(weights, view->at, view->conv->weight),
        .x = view->x,
        .y = view->y,
    };
}

static ResidualWeights residual_weights(const LayerView *view, const NetworkWeights *weights)
{
    return (ResidualWeights){
        .conv = conv_weights(weights, view->at, view->conv[0].weight),
        .mix = conv_weights(weights, view->at + 1, view->conv[1].weight),
        .conv_bias = weights->parameters + view->conv[0].bias,
    };
}

// Where the bias is that is added to what the layer gives.
static size_t output_bias(const LayerView *view)
{
    return view->conv[view->layer.kind == LAYER_RESIDUAL ? 1 : 0].bias;
}

// ---- Memory ----

// Frames that a layer needs beyond the signals that it reads and writes.
static size_t layer_margin(const Layer *layer)
{
    return layer->kind == LAYER_RESIDUAL ? (size_t)(layer->kernel - 1) * (size_t)layer->dilation
                                         : (size_t)layer->padding;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

// Room beyond signal `i`, which layer i - 1 writes and layer i reads.
static size_t signal_margin(Workspace *workspace, int i)
{
    const Arch *arch = &workspace->arch;
    size_t margin = 0;
    if (i > arch->encoder.layers) {
        const LayerView writer = layer_view(workspace, i - 1);
        if (writer.layer.kind == LAYER_STRIDED) margin = layer_margin(&writer.layer);
    }
    if (i < workspace->signals - 1) {
        const LayerView reader = layer_view(workspace, i);
        if (!reader.transposed || reader.layer.kind == LAYER_RESIDUAL)
            margin = larger(margin, layer_margin(&reader.layer));
    }
    if (arch->linear && (i == 0 || i == workspace->signals - 1)) {
        const LayerView linear = linear_view(workspace, i > 0);
        margin = larger(margin, layer_margin(&linear.layer));
    }
    return margin;
}

static bool signals_init(Workspace *workspace)
{
    const Arch *arch = &workspace->arch;
    const bool silu = arch->activation == ACTIVATION_SILU;
    uint64_t frames = workspace->frames;
    size_t channels = (size_t)arch_inputs(arch);
    for (int i = 0; i < workspace->signals; i++) {
        if (!signal_init(&workspace->signal[i], frames, channels, signal_margin(workspace, i),
                         silu && i > 0 && activates(arch, i - 1)))
            return false;
        if (i == workspace->signals - 1) break;
        const LayerView view = layer_view(workspace, i);
        if (view.layer.kind == LAYER_RESIDUAL &&
            !signal_init(view.hidden, frames, (size_t)view.layer.width, 0, silu))
            return false;
        frames = view.transposed ? conv_transposed_length(&view.layer, frames)
                                 : conv_length(&view.layer, frames);
        channels = (size_t)view.layer.out;
    }
    return true;
}

Workspace *workspace_new(const Arch *arch, size_t window)
{
    Workspace *workspace = calloc(1, sizeof *workspace);
    if (!workspace) return NULL;
    workspace->arch = *arch;
    workspace->frames = (size_t)arch_front_frames(arch, window);
    workspace->signals = arch->encoder.layers + arch->decoder.layers + 1;
    arch_convolutions(arch, workspace->conv);
    if (signals_init(workspace)) return workspace;
    workspace_free(workspace);
    return NULL;
}

void workspace_free(Workspace *workspace)
{
    if (!workspace) return;
    for (int i = 0; i < workspace->signals; i++) signal_free(&workspace->signal[i]);
    for (int i = 0; i < workspace->signals - 1; i++) signal_free(&workspace->hidden[i]);
    free(workspace);
}

// ---- The network ----
//
// The layer of a chain writes its output, and the gradient of its input. Then the linear path and a
// residual block's identity add to what is there.

// Runs the layers [from, to) of both chains.
static void layers_forward(Workspace *workspace, const NetworkWeights *weights, int from, int to)
{
    const Activation activation = workspace->arch.activation;
    for (int i = from; i < to; i++) {
        const LayerView view = layer_view(workspace, i);
        Signal *y = view.y;
        const float *bias = weights->parameters + output_bias(&view);
        if (view.layer.kind == LAYER_RESIDUAL) {
            const Residual block = residual_block(&view.layer);
            const ResidualWeights residual = residual_weights(&view, weights);
            bias_forward(y->values, y->frames, bias, y->channels);
            residual_forward(&block, &residual, activation, view.x, view.hidden, y);
        } else {
            const Strided layer = strided_layer(&view, weights);
            strided_forward(&layer, bias);
        }
        signal_clear_margins(y);
        if (activates(&workspace->arch, i)) activation_forward(y, activation);
    }
}

static void layers_backward(Workspace *workspace, const NetworkWeights *weights, float *gradient,
                            int from, int to)
{
    const Activation activation = workspace->arch.activation;
    for (int i = to - 1; i >= from; i--) {
        const LayerView view = layer_view(workspace, i);
        Signal *y = view.y;
        signal_clear_gradient_margins(y); // what the padding cuts off does not count
        if (activates(&workspace->arch, i)) activation_backward(y, activation);
        bias_backward(y, gradient + output_bias(&view));
        if (view.layer.kind == LAYER_RESIDUAL) {
            const Residual block = residual_block(&view.layer);
            const ResidualWeights residual = residual_weights(&view, weights);
            const ResidualGradient parts = {
                .conv = gradient + view.conv[0].weight,
                .mix = gradient + view.conv[1].weight,
                .conv_bias = gradient + view.conv[0].bias,
            };
            residual_backward(&block, &residual, activation, &parts, view.x, view.hidden, y);
        } else {
            const Strided layer = strided_layer(&view, weights);
            strided_backward(&layer, i > 0 ? INPUT_WRITTEN : INPUT_UNWANTED,
                             gradient + view.conv->weight);
        }
    }
}

static void linear_forward(Workspace *workspace, const NetworkWeights *weights, bool decoder)
{
    if (!workspace->arch.linear) return;
    const LayerView view = linear_view(workspace, decoder);
    const Strided layer = strided_layer(&view, weights);
    strided_forward(&layer, NULL);
}

static void linear_backward(Workspace *workspace, const NetworkWeights *weights, bool decoder,
                            InputGradient input, float *gradient)
{
    if (!workspace->arch.linear) return;
    const LayerView view = linear_view(workspace, decoder);
    const Strided layer = strided_layer(&view, weights);
    strided_backward(&layer, input, gradient + view.conv->weight);
}

void network_encode(Workspace *workspace, const NetworkWeights *weights, const float *input)
{
    Signal *x = &workspace->signal[0];
    memcpy(x->values, input, x->frames * x->channels * sizeof(float));
    layers_forward(workspace, weights, 0, workspace->arch.encoder.layers);
    linear_forward(workspace, weights, false);
}

void network_decode(Workspace *workspace, const NetworkWeights *weights)
{
    layers_forward(workspace, weights, workspace->arch.encoder.layers, workspace->signals - 1);
    linear_forward(workspace, weights, true);
}

void network_forward(Workspace *workspace, const NetworkWeights *weights, const float *input)
{
    network_encode(workspace, weights, input);
    network_decode(workspace, weights);
}

void network_backward(Workspace *workspace, const NetworkWeights *weights, float *gradient)
{
    const int latent = workspace->arch.encoder.layers, last = workspace->signals - 1;
    layers_backward(workspace, weights, gradient, latent, last);
    linear_backward(workspace, weights, true, INPUT_ADDED, gradient);
    linear_backward(workspace, weights, false, INPUT_UNWANTED, gradient);
    layers_backward(workspace, weights, gradient, 0, latent);
}

float *network_latent(const Workspace *workspace, size_t *frames)
{
    const Signal *latent = &workspace->signal[workspace->arch.encoder.layers];
    *frames = latent->frames;
    return latent->values;
}

const float *network_output(const Workspace *workspace)
{
    return workspace->signal[workspace->signals - 1].values;
}

float *network_output_gradient(Workspace *workspace)
{
    return workspace->signal[workspace->signals - 1].gradient;
}
