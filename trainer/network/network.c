#include "network/network.h"

#include "network/residual.h"

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
    const Convolution *conv; // a residual block's `mix` follows it
    Signal *x, *hidden, *y;
} LayerView;

// ---- Layers ----

// Layer `i` of both chains, the decoder's numbered after the encoder's.
static LayerView layer_view(Workspace *workspace, int i)
{
    const Arch *arch = &workspace->arch;
    const bool decoder = i >= arch->encoder.layers;
    const int at = decoder ? i - arch->encoder.layers : i;
    return (LayerView){
        .layer = decoder ? arch->decoder.layer[at] : arch->encoder.layer[at],
        .transposed = decoder,
        .conv = &workspace->conv[arch_convolution_of(arch, decoder, at)],
        .x = &workspace->signal[i],
        .hidden = &workspace->hidden[i],
        .y = &workspace->signal[i + 1],
    };
}

static LayerView linear_view(Workspace *workspace, bool decoder)
{
    const Arch *arch = &workspace->arch;
    Signal *latent = &workspace->signal[arch->encoder.layers];
    return (LayerView){
        .layer = decoder ? arch_linear_decoder(arch) : arch_linear_encoder(arch),
        .transposed = decoder,
        .conv = &workspace->conv[arch_convolution_of_linear(arch, decoder)],
        .x = decoder ? latent : &workspace->signal[0],
        .y = decoder ? &workspace->signal[workspace->signals - 1] : latent,
    };
}

static ConvShape strided_shape(const LayerView *view)
{
    return (ConvShape){
        .in = view->x->channels,
        .out = view->y->channels,
        .kernel = (size_t)view->layer.kernel,
        .stride = (size_t)view->layer.stride,
        .dilation = 1,
    };
}

static Residual residual_block(const LayerView *view, Activation activation)
{
    const size_t channels = view->x->channels, width = view->hidden->channels;
    return (Residual){
        .conv = {channels, width, (size_t)view->layer.kernel, 1, (size_t)view->layer.dilation},
        .mix = {width, channels, 1, 1, 1},
        .conv_weight = view->conv[0].weight,
        .conv_bias = view->conv[0].bias,
        .mix_weight = view->conv[1].weight,
        .activation = activation,
    };
}

// Where the bias is that is added to what the layer gives.
static size_t output_bias(const LayerView *view)
{
    return view->conv[view->layer.kind == LAYER_RESIDUAL ? 1 : 0].bias;
}

static bool activates(const Arch *arch, int i)
{
    return i < arch->encoder.layers ? chain_activates(&arch->encoder, i)
                                    : chain_activates(&arch->decoder, i - arch->encoder.layers);
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

// ---- One layer ----
//
// The layer of a chain writes its output, and the gradient of its input. Then the linear path and a
// residual block's identity add to what is there.

// y = bias + layer(x); NULL adds to y instead.
static void strided_forward(const LayerView *view, const float *parameters, const float *bias)
{
    const ConvShape shape = strided_shape(view);
    const float *x = view->x->values, *weight = parameters + view->conv->weight;
    const size_t padding = (size_t)view->layer.padding;
    if (view->transposed)
        conv_transposed_forward(&shape, view->x->frames, x, weight, bias,
                                view->y->values - padding * shape.out);
    else
        conv_forward(&shape, view->y->frames, x - padding * shape.in, weight, bias,
                     view->y->values);
}

// Zeros the gradient of frames at the end of x that no output frame of the layer reads.
static void clear_unread(const Signal *x, const ConvShape *shape, size_t frames, size_t padding)
{
    const size_t read = (frames - 1) * shape->stride + shape->kernel;
    if (read >= x->frames + padding) return;
    const size_t from = read > padding ? read - padding : 0;
    memset(x->gradient + from * x->channels, 0, (x->frames - from) * x->channels * sizeof(float));
}

// What to do with the gradient of the layer's input.
typedef enum { INPUT_UNWANTED, INPUT_WRITTEN, INPUT_ADDED } InputGradient;

static void strided_backward(const LayerView *view, const float *parameters, float *gradient,
                             InputGradient input)
{
    const ConvShape shape = strided_shape(view);
    const float *weight = parameters + view->conv->weight;
    float *dweight = gradient + view->conv->weight;
    const Signal *x = view->x, *y = view->y;
    const bool accumulate = input == INPUT_ADDED;
    if (view->transposed) {
        const float *dy = y->gradient - (size_t)view->layer.padding * shape.out;
        conv_transposed_backward_weight(&shape, x->frames, x->values, dy, dweight);
        conv_transposed_backward_input(&shape, x->frames, dy, weight, accumulate, x->gradient);
    } else {
        const size_t padding = (size_t)view->layer.padding * shape.in;
        conv_backward_weight(&shape, y->frames, x->values - padding, y->gradient, false, dweight);
        if (input == INPUT_UNWANTED) return;
        conv_backward_input(&shape, y->frames, y->gradient, weight, accumulate,
                            x->gradient - padding);
        if (!accumulate) clear_unread(x, &shape, y->frames, (size_t)view->layer.padding);
    }
}

// ---- The network ----

// Runs the layers [from, to) of both chains.
static void layers_forward(Workspace *workspace, const float *parameters, int from, int to)
{
    const Activation activation = workspace->arch.activation;
    for (int i = from; i < to; i++) {
        const LayerView view = layer_view(workspace, i);
        Signal *y = view.y;
        const float *bias = parameters + output_bias(&view);
        if (view.layer.kind == LAYER_RESIDUAL) {
            const Residual block = residual_block(&view, activation);
            bias_forward(y->values, y->frames, bias, y->channels);
            residual_forward(&block, parameters, view.x, view.hidden, y);
        } else {
            strided_forward(&view, parameters, bias);
        }
        signal_clear_margins(y);
        if (activates(&workspace->arch, i)) activation_forward(y, activation);
    }
}

static void layers_backward(Workspace *workspace, const float *parameters, float *gradient,
                            int from, int to)
{
    const Activation activation = workspace->arch.activation;
    for (int i = to - 1; i >= from; i--) {
        const LayerView view = layer_view(workspace, i);
        Signal *y = view.y;
        signal_clear_gradient_margins(y); // what the padding cuts off does not count
        bias_backward(y, activates(&workspace->arch, i), activation, gradient + output_bias(&view));
        if (view.layer.kind == LAYER_RESIDUAL) {
            const Residual block = residual_block(&view, activation);
            residual_backward(&block, parameters, gradient, view.x, view.hidden, y);
        } else {
            strided_backward(&view, parameters, gradient, i > 0 ? INPUT_WRITTEN : INPUT_UNWANTED);
        }
    }
}

void network_encode(Workspace *workspace, const float *parameters, const float *input)
{
    const Arch *arch = &workspace->arch;
    Signal *x = &workspace->signal[0];
    memcpy(x->values, input, x->frames * x->channels * sizeof(float));
    layers_forward(workspace, parameters, 0, arch->encoder.layers);
    if (arch->linear) {
        const LayerView view = linear_view(workspace, false);
        strided_forward(&view, parameters, NULL);
    }
}

void network_decode(Workspace *workspace, const float *parameters)
{
    const Arch *arch = &workspace->arch;
    layers_forward(workspace, parameters, arch->encoder.layers, workspace->signals - 1);
    if (arch->linear) {
        const LayerView view = linear_view(workspace, true);
        strided_forward(&view, parameters, NULL);
    }
}

void network_forward(Workspace *workspace, const float *parameters, const float *input)
{
    network_encode(workspace, parameters, input);
    network_decode(workspace, parameters);
}

void network_backward(Workspace *workspace, const float *parameters, float *gradient)
{
    const Arch *arch = &workspace->arch;
    const int latent = arch->encoder.layers, last = workspace->signals - 1;

    layers_backward(workspace, parameters, gradient, latent, last);
    if (arch->linear) {
        const LayerView decoder = linear_view(workspace, true);
        const LayerView encoder = linear_view(workspace, false);
        strided_backward(&decoder, parameters, gradient, INPUT_ADDED);
        strided_backward(&encoder, parameters, gradient, INPUT_UNWANTED);
    }
    layers_backward(workspace, parameters, gradient, 0, latent);
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
