#include "network/network.h"

#include "math/kernels.h"
#include "network/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The signal between two layers. Its memory has room for the frames that the layers on either side
// need beyond it: the zeros before and behind what a convolution reads, or the frames that a
// transposed convolution makes and its padding cuts off.
typedef struct {
    size_t frames, channels;
    size_t margin; // frames of room before the first and behind the last
    float *memory, *gradient_memory;
    float *values, *gradient; // first frame's
    float *before;            // SiLU: what the activation was applied to
} Signal;

struct Workspace {
    Arch arch;
    size_t window;
    Convolution conv[ARCH_CONVOLUTIONS_MAX];
    int signals; // layers of both chains + 1; signal 0 is the input, the last one the output
    Signal signal[2 * ARCH_LAYERS_MAX + 1];
    Signal hidden[2 * ARCH_LAYERS_MAX]; // of the residual block behind the signal
};

// One layer at work: what it reads, what it makes, and its parameters.
typedef struct {
    Layer layer;
    const Convolution *conv; // of a residual block its `mix` stands behind it
    Signal *x, *hidden, *y;
} Step;

// ---- Memory ----

// The frames that a layer needs beyond the signals that it reads and makes.
static size_t layer_margin(const Layer *layer)
{
    return layer->kind == LAYER_RESIDUAL ? (size_t)(layer->kernel - 1) * (size_t)layer->dilation
                                         : (size_t)layer->padding;
}

static bool signal_init(Signal *signal, size_t frames, size_t channels, size_t margin,
                        bool keeps_before)
{
    const size_t values = (frames + 2 * margin) * channels;
    *signal = (Signal){.frames = frames, .channels = channels, .margin = margin};
    signal->memory = calloc(values, sizeof(float));
    signal->gradient_memory = calloc(values, sizeof(float));
    if (keeps_before) signal->before = malloc(frames * channels * sizeof(float));
    if (!signal->memory || !signal->gradient_memory || (keeps_before && !signal->before))
        return false;
    signal->values = signal->memory + margin * channels;
    signal->gradient = signal->gradient_memory + margin * channels;
    return true;
}

static void signal_free(Signal *signal)
{
    free(signal->memory);
    free(signal->gradient_memory);
    free(signal->before);
}

// Layer `i` of both chains, counted through, with its signals.
static Step step_at(Workspace *workspace, int i)
{
    const Arch *arch = &workspace->arch;
    const bool decoder = i >= arch->encoder.layers;
    const int at = decoder ? i - arch->encoder.layers : i;
    return (Step){
        .layer = decoder ? arch->decoder.layer[at] : arch->encoder.layer[at],
        .conv = &workspace->conv[arch_convolution_of(arch, decoder, at)],
        .x = &workspace->signal[i],
        .hidden = &workspace->hidden[i],
        .y = &workspace->signal[i + 1],
    };
}

static Step linear_step(Workspace *workspace, bool decoder)
{
    const Arch *arch = &workspace->arch;
    Signal *latent = &workspace->signal[arch->encoder.layers];
    return (Step){
        .layer = decoder ? arch_linear_decoder(arch) : arch_linear_encoder(arch),
        .conv = &workspace->conv[arch_convolution_of_linear(arch, decoder)],
        .x = decoder ? latent : &workspace->signal[0],
        .y = decoder ? &workspace->signal[workspace->signals - 1] : latent,
    };
}

static bool activates(const Arch *arch, int i)
{
    return i < arch->encoder.layers ? chain_activates(&arch->encoder, i)
                                    : chain_activates(&arch->decoder, i - arch->encoder.layers);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

// Room beyond signal `i`, which layer i - 1 makes and layer i reads.
static size_t signal_margin(Workspace *workspace, int i)
{
    const Arch *arch = &workspace->arch;
    size_t margin = 0;
    if (i > arch->encoder.layers) {
        const Step maker = step_at(workspace, i - 1);
        if (maker.layer.kind == LAYER_STRIDED) margin = layer_margin(&maker.layer);
    }
    if (i < workspace->signals - 1) {
        const Step reader = step_at(workspace, i);
        if (i < arch->encoder.layers || reader.layer.kind == LAYER_RESIDUAL)
            margin = larger(margin, layer_margin(&reader.layer));
    }
    if (arch->linear && (i == 0 || i == workspace->signals - 1)) {
        const Step linear = linear_step(workspace, i > 0);
        margin = larger(margin, layer_margin(&linear.layer));
    }
    return margin;
}

static bool signals_init(Workspace *workspace)
{
    const Arch *arch = &workspace->arch;
    const bool silu = arch->activation == ACTIVATION_SILU;
    uint64_t frames = workspace->window;
    size_t channels = 1;
    for (int i = 0; i < workspace->signals; i++) {
        if (!signal_init(&workspace->signal[i], frames, channels, signal_margin(workspace, i),
                         silu && i > 0 && activates(arch, i - 1)))
            return false;
        if (i == workspace->signals - 1) break;
        const Step step = step_at(workspace, i);
        if (step.layer.kind == LAYER_RESIDUAL &&
            !signal_init(step.hidden, frames, (size_t)step.layer.width, 0, silu))
            return false;
        frames = i < arch->encoder.layers ? conv_length(&step.layer, frames)
                                          : conv_transposed_length(&step.layer, frames);
        channels = (size_t)step.layer.out;
    }
    return true;
}

Workspace *workspace_new(const Arch *arch, size_t window)
{
    Workspace *workspace = calloc(1, sizeof *workspace);
    if (!workspace) return NULL;
    workspace->arch = *arch;
    workspace->window = window;
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

static void clear_margins(const Signal *signal, float *memory)
{
    const size_t margin = signal->margin * signal->channels * sizeof(float);
    memset(memory, 0, margin);
    memset(memory + (signal->margin + signal->frames) * signal->channels, 0, margin);
}

// ---- Pieces of a kernel, rows of a signal ----

// The taps of a piece that begins at tap `at`.
static size_t piece_taps(const Layer *layer, size_t at)
{
    const size_t left = (size_t)layer->kernel - at;
    return left < (size_t)layer->stride ? left : (size_t)layer->stride;
}

static void sum_rows(const float *rows, size_t n, size_t width, float *sum)
{
    memset(sum, 0, width * sizeof(float));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < width; c++) sum[c] += rows[i * width + c];
}

static void clear_gradient(Signal *signal)
{
    memset(signal->gradient_memory, 0,
           (signal->frames + 2 * signal->margin) * signal->channels * sizeof(float));
}

// Signals are written by adding: y begins with the bias, a gradient with 0, so that the linear path
// and a residual block's way around add to what is there.

// ---- Conv1d: x [frames][in], weight [kernel][in][out], y [frames][out] ----

static void conv_forward(const Step *step, const float *parameters)
{
    const Layer *layer = &step->layer;
    const size_t in = step->x->channels, out = step->y->channels, stride = (size_t)layer->stride;
    const float *x = step->x->values - (size_t)layer->padding * in;
    const float *weight = parameters + step->conv->weight;
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride)
        add_product(step->y->frames, out, piece_taps(layer, at) * in, x + at * in, stride * in,
                    weight + at * in * out, out, step->y->values, out);
}

static void conv_backward(const Step *step, const float *parameters, float *gradient,
                          bool wants_input)
{
    const Layer *layer = &step->layer;
    const Signal *y = step->y;
    const size_t in = step->x->channels, out = y->channels, stride = (size_t)layer->stride;
    const size_t first = (size_t)layer->padding * in; // values before the signal
    const float *weight = parameters + step->conv->weight;
    float *weight_gradient = gradient + step->conv->weight;
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride) {
        const size_t width = piece_taps(layer, at) * in;
        set_product_at(width, out, y->frames, step->x->values - first + at * in, stride * in,
                       y->gradient, out, weight_gradient + at * in * out, out);
        if (wants_input)
            add_product_bt(y->frames, width, out, y->gradient, out, weight + at * in * out, out,
                           step->x->gradient - first + at * in, stride * in);
    }
}

// ---- ConvTranspose1d: x [frames][in], weight [in][kernel][out], y [frames][out] ----

static void conv_transposed_forward(const Step *step, const float *parameters)
{
    const Layer *layer = &step->layer;
    const Signal *x = step->x;
    const size_t in = x->channels, out = step->y->channels, stride = (size_t)layer->stride;
    const size_t row = (size_t)layer->kernel * out;
    float *y = step->y->values - (size_t)layer->padding * out;
    const float *weight = parameters + step->conv->weight;
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride)
        add_product(x->frames, piece_taps(layer, at) * out, in, x->values, in, weight + at * out,
                    row, y + at * out, stride * out);
}

static void conv_transposed_backward(const Step *step, const float *parameters, float *gradient)
{
    const Layer *layer = &step->layer;
    const Signal *x = step->x;
    const size_t in = x->channels, out = step->y->channels, stride = (size_t)layer->stride;
    const size_t row = (size_t)layer->kernel * out;
    const float *weight = parameters + step->conv->weight;
    float *weight_gradient = gradient + step->conv->weight;
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride) {
        const size_t width = piece_taps(layer, at) * out;
        const float *y_gradient = step->y->gradient - (size_t)layer->padding * out + at * out;
        set_product_at(in, width, x->frames, x->values, in, y_gradient, stride * out,
                       weight_gradient + at * out, row);
        add_product_bt(x->frames, in, width, y_gradient, stride * out, weight + at * out, row,
                       x->gradient, in);
    }
}

// ---- Activations ----

static void activation_forward(Signal *y, Activation activation)
{
    const size_t n = y->frames * y->channels;
    if (y->before) memcpy(y->before, y->values, n * sizeof(float));
    kernel_activate(y->values, y->values, n, activation);
}

// gradient *= derivative of the activation.
static void activation_backward(Signal *y, Activation activation)
{
    const size_t n = y->frames * y->channels;
    float *const gradient = y->gradient;
    const float *const values = y->values;
    switch (activation) {
    case ACTIVATION_SILU:
        for (size_t i = 0; i < n; i++) {
            const float x = y->before[i], sigmoid = 1.0f / (1.0f + expf(-x));
            gradient[i] *= sigmoid * (1.0f + x * (1.0f - sigmoid));
        }
        break;
    case ACTIVATION_TANH:
        for (size_t i = 0; i < n; i++) gradient[i] *= 1.0f - values[i] * values[i];
        break;
    case ACTIVATION_LEAKY_RELU: // keeps the sign, so the output tells it
    default:
        for (size_t i = 0; i < n; i++) gradient[i] *= values[i] > 0.0f ? 1.0f : LEAKY_RELU_SLOPE;
        break;
    }
}

// ---- Residual blocks: y = x + mix(activation(conv(x))) ----

// What tap k of the convolution reads, or its gradient, for the first frame: frames of the past.
static size_t tap_distance(const Layer *layer, int k)
{
    return (size_t)(layer->kernel - 1 - k) * (size_t)layer->dilation * (size_t)layer->in;
}

static void residual_forward(const Step *step, const float *parameters, Activation activation)
{
    const Layer *layer = &step->layer;
    const Convolution *conv = &step->conv[0], *mix = &step->conv[1];
    const Signal *x = step->x;
    Signal *hidden = step->hidden, *y = step->y;
    const size_t channels = x->channels, width = hidden->channels, frames = x->frames;
    fill_rows(hidden->values, frames, parameters + conv->bias, width);
    for (int k = 0; k < layer->kernel; k++)
        add_product(frames, width, channels, x->values - tap_distance(layer, k), channels,
                    parameters + conv->weight + (size_t)k * channels * width, width, hidden->values,
                    width);
    activation_forward(hidden, activation);
    for (size_t i = 0; i < frames * channels; i++) y->values[i] += x->values[i];
    add_product(frames, channels, width, hidden->values, width, parameters + mix->weight, channels,
                y->values, channels);
}

static void residual_backward(const Step *step, const float *parameters, float *gradient,
                              Activation activation)
{
    const Layer *layer = &step->layer;
    const Convolution *conv = &step->conv[0], *mix = &step->conv[1];
    Signal *x = step->x, *hidden = step->hidden;
    const Signal *y = step->y;
    const size_t channels = x->channels, width = hidden->channels, frames = x->frames;
    set_product_at(width, channels, frames, hidden->values, width, y->gradient, channels,
                   gradient + mix->weight, channels);
    clear_gradient(hidden);
    add_product_bt(frames, width, channels, y->gradient, channels, parameters + mix->weight,
                   channels, hidden->gradient, width);
    activation_backward(hidden, activation);
    sum_rows(hidden->gradient, frames, width, gradient + conv->bias);
    for (int k = 0; k < layer->kernel; k++) {
        const size_t weight = conv->weight + (size_t)k * channels * width;
        const size_t distance = tap_distance(layer, k);
        set_product_at(channels, width, frames, x->values - distance, channels, hidden->gradient,
                       width, gradient + weight, width);
        add_product_bt(frames, channels, width, hidden->gradient, width, parameters + weight, width,
                       x->gradient - distance, channels);
    }
    for (size_t i = 0; i < frames * channels; i++) x->gradient[i] += y->gradient[i];
}

// ---- The network ----

// The last convolution of a layer: the one whose bias reaches what comes out.
static const Convolution *last_convolution(const Step *step)
{
    return step->layer.kind == LAYER_RESIDUAL ? &step->conv[1] : &step->conv[0];
}

// The layers [from, to) of both chains, counted through.
static void run_forward(Workspace *workspace, const float *parameters, int from, int to)
{
    const Arch *arch = &workspace->arch;
    for (int i = from; i < to; i++) {
        const Step step = step_at(workspace, i);
        Signal *y = step.y;
        fill_rows(y->memory, y->frames + 2 * y->margin, parameters + last_convolution(&step)->bias,
                  y->channels);
        if (step.layer.kind == LAYER_RESIDUAL)
            residual_forward(&step, parameters, arch->activation);
        else if (i < arch->encoder.layers)
            conv_forward(&step, parameters);
        else
            conv_transposed_forward(&step, parameters);
        clear_margins(y, y->memory);
        if (activates(arch, i)) activation_forward(y, arch->activation);
    }
}

static void run_backward(Workspace *workspace, const float *parameters, float *gradient, int from,
                         int to)
{
    const Arch *arch = &workspace->arch;
    for (int i = to - 1; i >= from; i--) {
        const Step step = step_at(workspace, i);
        Signal *y = step.y;
        if (activates(arch, i)) activation_backward(y, arch->activation);
        clear_margins(y, y->gradient_memory); // what the padding cuts off does not count
        sum_rows(y->gradient, y->frames, y->channels, gradient + last_convolution(&step)->bias);
        if (step.layer.kind == LAYER_RESIDUAL)
            residual_backward(&step, parameters, gradient, arch->activation);
        else if (i < arch->encoder.layers)
            conv_backward(&step, parameters, gradient, i > 0);
        else
            conv_transposed_backward(&step, parameters, gradient);
    }
}

void network_encode(Workspace *workspace, const float *parameters, const float *audio)
{
    const Arch *arch = &workspace->arch;
    memcpy(workspace->signal[0].values, audio, workspace->window * sizeof(float));
    run_forward(workspace, parameters, 0, arch->encoder.layers);
    if (arch->linear) {
        const Step step = linear_step(workspace, false);
        conv_forward(&step, parameters);
    }
}

static void decode(Workspace *workspace, const float *parameters)
{
    const Arch *arch = &workspace->arch;
    run_forward(workspace, parameters, arch->encoder.layers, workspace->signals - 1);
    if (arch->linear) {
        const Step step = linear_step(workspace, true);
        conv_transposed_forward(&step, parameters);
    }
}

void network_forward(Workspace *workspace, const float *parameters, const float *audio)
{
    network_encode(workspace, parameters, audio);
    decode(workspace, parameters);
}

void network_backward(Workspace *workspace, const float *parameters, float *gradient)
{
    const Arch *arch = &workspace->arch;
    const int latent = arch->encoder.layers, last = workspace->signals - 1;
    for (int i = 1; i < last; i++) clear_gradient(&workspace->signal[i]);

    run_backward(workspace, parameters, gradient, latent, last);
    if (arch->linear) {
        const Step decoder = linear_step(workspace, true), encoder = linear_step(workspace, false);
        conv_transposed_backward(&decoder, parameters, gradient);
        conv_backward(&encoder, parameters, gradient, false);
    }
    run_backward(workspace, parameters, gradient, 0, latent);
}

const float *network_latent(const Workspace *workspace, size_t *frames)
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
