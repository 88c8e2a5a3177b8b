#include "network/strided.h"

#include <string.h>

ConvShape strided_shape(const Layer *layer)
{
    return (ConvShape){
        .in = (size_t)layer->in,
        .out = (size_t)layer->out,
        .kernel = (size_t)layer->kernel,
        .stride = (size_t)layer->stride,
        .dilation = 1,
    };
}

void strided_forward(const Strided *layer, const float *bias)
{
    const ConvShape *shape = &layer->shape;
    const Signal *x = layer->x, *y = layer->y;
    if (layer->transposed)
        conv_transposed_forward(shape, x->frames, x->values, &layer->weights, bias,
                                y->values - layer->padding * shape->out);
    else
        conv_forward(shape, y->frames, x->values - layer->padding * shape->in, &layer->weights,
                     bias, y->values);
}

// Zeros the gradient of frames at the end of x that no output frame of the layer reads.
static void clear_unread(const Strided *layer)
{
    const Signal *x = layer->x;
    const size_t padding = layer->padding;
    const size_t read = (layer->y->frames - 1) * layer->shape.stride + layer->shape.kernel;
    if (read >= x->frames + padding) return;
    const size_t from = read > padding ? read - padding : 0;
    memset(x->gradient + from * x->channels, 0, (x->frames - from) * x->channels * sizeof(float));
}

void strided_backward(const Strided *layer, InputGradient input, float *dweight)
{
    const ConvShape *shape = &layer->shape;
    const Signal *x = layer->x, *y = layer->y;
    const bool accumulate = input == INPUT_ADDED;
    if (layer->transposed) {
        const float *dy = y->gradient - layer->padding * shape->out;
        conv_transposed_backward_weight(shape, x->frames, x->values, dy, dweight);
        conv_transposed_backward_input(shape, x->frames, dy, &layer->weights, accumulate,
                                       x->gradient);
    } else {
        const size_t padding = layer->padding * shape->in;
        conv_backward_weight(shape, y->frames, x->values - padding, y->gradient, false, dweight);
        if (input == INPUT_UNWANTED) return;
        conv_backward_input(shape, y->frames, y->gradient, &layer->weights, accumulate,
                            x->gradient - padding);
        if (!accumulate) clear_unread(layer);
    }
}
