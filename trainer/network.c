#include "network.h"

#include "kernels.h"
#include "model.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The signal between two layers. Its memory has room for the frames that the layer on either side
// needs beyond it: the zero padding of the convolution that reads it, or the frames that a
// transposed convolution makes and the padding cuts off.
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
    int signals; // layers of both chains + 1; signal 0 is the input, the last one the output
    Signal signal[2 * ARCH_LAYERS_MAX + 1];
};

// ---- Memory ----

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

Workspace *workspace_new(const Arch *arch, size_t window)
{
    Workspace *workspace = calloc(1, sizeof *workspace);
    if (!workspace) return NULL;
    workspace->arch = *arch;
    workspace->window = window;
    const bool silu = arch->activation == ACTIVATION_SILU;
    uint64_t frames = window;
    size_t channels = 1;
    bool good = true;
    for (int i = 0; i < arch->encoder.layers; i++) {
        const Layer *layer = &arch->encoder.layer[i];
        good = good && signal_init(&workspace->signal[i], frames, channels, (size_t)layer->padding,
                                   silu && i > 0);
        frames = conv_length(layer, frames);
        channels = (size_t)layer->out;
    }
    const int first = arch->encoder.layers;
    good = good && signal_init(&workspace->signal[first], frames, channels, 0, false);
    for (int i = 0; i < arch->decoder.layers; i++) {
        const Layer *layer = &arch->decoder.layer[i];
        frames = conv_transposed_length(layer, frames);
        channels = (size_t)layer->out;
        good = good && signal_init(&workspace->signal[first + i + 1], frames, channels,
                                   (size_t)layer->padding, silu && i < arch->decoder.layers - 1);
    }
    workspace->signals = first + arch->decoder.layers + 1;
    if (good) return workspace;
    workspace_free(workspace);
    return NULL;
}

void workspace_free(Workspace *workspace)
{
    if (!workspace) return;
    for (int i = 0; i < 2 * ARCH_LAYERS_MAX + 1; i++) {
        free(workspace->signal[i].memory);
        free(workspace->signal[i].gradient_memory);
        free(workspace->signal[i].before);
    }
    free(workspace);
}

static void clear_margins(const Signal *signal, float *memory)
{
    const size_t margin = signal->margin * signal->channels * sizeof(float);
    memset(memory, 0, margin);
    memset(memory + (signal->margin + signal->frames) * signal->channels, 0, margin);
}

// ---- Products of row-major matrices. `ld` is the distance from row to row. ----

// C += A B, with A [m][k], B [k][n].
static void add_product(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                        size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a,
                (int)lda, b, (int)ldb, 1.0f, c, (int)ldc);
}

// C += A B^T, with A [m][k], B [n][k].
static void add_product_bt(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                           size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)lda,
                b, (int)ldb, 1.0f, c, (int)ldc);
}

// C = A^T B, with A [k][m], B [k][n].
static void set_product_at(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                           size_t ldb, float *c, size_t ldc)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)lda,
                b, (int)ldb, 0.0f, c, (int)ldc);
}

// The taps of a piece that begins at tap `at`.
static size_t piece_taps(const Layer *layer, size_t at)
{
    const size_t left = (size_t)layer->kernel - at;
    return left < (size_t)layer->stride ? left : (size_t)layer->stride;
}

static void fill_rows(float *rows, size_t n, const float *row, size_t width)
{
    for (size_t i = 0; i < n; i++) memcpy(rows + i * width, row, width * sizeof(float));
}

static void sum_rows(const float *rows, size_t n, size_t width, float *sum)
{
    memset(sum, 0, width * sizeof(float));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < width; c++) sum[c] += rows[i * width + c];
}

// ---- Conv1d: x [frames][in], weight [kernel][in][out], y [frames][out] ----

static void conv_forward(const Layer *layer, const float *weight, const float *bias,
                         const Signal *x, Signal *y)
{
    const size_t in = x->channels, out = y->channels, stride = (size_t)layer->stride;
    fill_rows(y->values, y->frames, bias, out);
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride)
        add_product(y->frames, out, piece_taps(layer, at) * in, x->memory + at * in, stride * in,
                    weight + at * in * out, out, y->values, out);
}

static void conv_backward(const Layer *layer, const float *weight, Signal *x, const Signal *y,
                          float *weight_gradient, float *bias_gradient, bool wants_input)
{
    const size_t in = x->channels, out = y->channels, stride = (size_t)layer->stride;
    sum_rows(y->gradient, y->frames, out, bias_gradient);
    if (wants_input)
        memset(x->gradient_memory, 0, (x->frames + 2 * x->margin) * in * sizeof(float));
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride) {
        const size_t width = piece_taps(layer, at) * in;
        set_product_at(width, out, y->frames, x->memory + at * in, stride * in, y->gradient, out,
                       weight_gradient + at * in * out, out);
        if (wants_input)
            add_product_bt(y->frames, width, out, y->gradient, out, weight + at * in * out, out,
                           x->gradient_memory + at * in, stride * in);
    }
}

// ---- ConvTranspose1d: x [frames][in], weight [in][kernel][out], y [frames][out] ----

static void conv_transposed_forward(const Layer *layer, const float *weight, const float *bias,
                                    const Signal *x, Signal *y)
{
    const size_t in = x->channels, out = y->channels, stride = (size_t)layer->stride;
    const size_t row = (size_t)layer->kernel * out;
    fill_rows(y->memory, y->frames + 2 * y->margin, bias, out);
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride)
        add_product(x->frames, piece_taps(layer, at) * out, in, x->values, in, weight + at * out,
                    row, y->memory + at * out, stride * out);
}

static void conv_transposed_backward(const Layer *layer, const float *weight, Signal *x,
                                     const Signal *y, float *weight_gradient, float *bias_gradient)
{
    const size_t in = x->channels, out = y->channels, stride = (size_t)layer->stride;
    const size_t row = (size_t)layer->kernel * out;
    sum_rows(y->gradient, y->frames, out, bias_gradient);
    clear_margins(y, y->gradient_memory); // what the padding cuts off does not count
    memset(x->gradient, 0, x->frames * in * sizeof(float));
    for (size_t at = 0; at < (size_t)layer->kernel; at += stride) {
        const size_t width = piece_taps(layer, at) * out;
        const float *y_gradient = y->gradient_memory + at * out;
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

// ---- The network ----

void network_encode(Workspace *workspace, const float *parameters, const float *audio)
{
    const Arch *arch = &workspace->arch;
    memcpy(workspace->signal[0].values, audio, workspace->window * sizeof(float));
    for (int i = 0; i < arch->encoder.layers; i++) {
        Signal *x = &workspace->signal[i], *y = x + 1;
        conv_forward(&arch->encoder.layer[i], parameters + arch_weight_offset(arch, false, i),
                     parameters + arch_bias_offset(arch, false, i), x, y);
        if (i < arch->encoder.layers - 1) activation_forward(y, arch->activation);
    }
}

static void decode(Workspace *workspace, const float *parameters)
{
    const Arch *arch = &workspace->arch;
    for (int i = 0; i < arch->decoder.layers; i++) {
        Signal *x = &workspace->signal[arch->encoder.layers + i], *y = x + 1;
        conv_transposed_forward(&arch->decoder.layer[i],
                                parameters + arch_weight_offset(arch, true, i),
                                parameters + arch_bias_offset(arch, true, i), x, y);
        if (i < arch->decoder.layers - 1) activation_forward(y, arch->activation);
    }
}

double network_forward(Workspace *workspace, const float *parameters, const float *audio)
{
    network_encode(workspace, parameters, audio);
    decode(workspace, parameters);
    const float *output = network_output(workspace);
    double sum = 0.0;
    for (size_t i = 0; i < workspace->window; i++) {
        const double difference = (double)output[i] - (double)audio[i];
        sum += difference * difference;
    }
    return sum / (double)workspace->window;
}

void network_backward(Workspace *workspace, const float *parameters, float *gradient)
{
    const Arch *arch = &workspace->arch;
    const Signal *input = &workspace->signal[0];
    Signal *output = &workspace->signal[workspace->signals - 1];
    const float scale = 2.0f / (float)workspace->window;
    for (size_t i = 0; i < workspace->window; i++)
        output->gradient[i] = scale * (output->values[i] - input->values[i]);

    for (int i = arch->decoder.layers - 1; i >= 0; i--) {
        Signal *x = &workspace->signal[arch->encoder.layers + i], *y = x + 1;
        if (i < arch->decoder.layers - 1) activation_backward(y, arch->activation);
        const size_t weight = arch_weight_offset(arch, true, i);
        conv_transposed_backward(&arch->decoder.layer[i], parameters + weight, x, y,
                                 gradient + weight, gradient + arch_bias_offset(arch, true, i));
    }
    for (int i = arch->encoder.layers - 1; i >= 0; i--) {
        Signal *x = &workspace->signal[i], *y = x + 1;
        if (i < arch->encoder.layers - 1) activation_backward(y, arch->activation);
        const size_t weight = arch_weight_offset(arch, false, i);
        conv_backward(&arch->encoder.layer[i], parameters + weight, x, y, gradient + weight,
                      gradient + arch_bias_offset(arch, false, i), i > 0);
    }
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
