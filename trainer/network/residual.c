#include "network/residual.h"

Residual residual_block(const Layer *layer)
{
    const size_t channels = (size_t)layer->in, width = (size_t)layer->width;
    return (Residual){
        .conv = {channels, width, (size_t)layer->kernel, 1, (size_t)layer->dilation},
        .mix = {width, channels, 1, 1, 1},
    };
}

// Values from a frame back to the earliest frame that it reads.
static size_t reach(const Residual *block)
{
    return (block->conv.kernel - 1) * block->conv.dilation * block->conv.in;
}

void residual_forward(const Residual *block, const ResidualWeights *weights, Activation activation,
                      const Signal *x, Signal *hidden, Signal *y)
{
    const size_t frames = x->frames;
    conv_forward(&block->conv, frames, x->values - reach(block), &weights->conv, weights->conv_bias,
                 hidden->values);
    activation_forward(hidden, activation);
    for (size_t i = 0; i < frames * x->channels; i++) y->values[i] += x->values[i];
    conv_forward(&block->mix, frames, hidden->values, &weights->mix, NULL, y->values);
}

void residual_backward(const Residual *block, const ResidualWeights *weights, Activation activation,
                       const ResidualGradient *gradient, Signal *x, Signal *hidden, const Signal *y)
{
    const size_t frames = x->frames;
    conv_backward_weight(&block->mix, frames, hidden->values, y->gradient, false, gradient->mix);
    conv_backward_input(&block->mix, frames, y->gradient, &weights->mix, false, hidden->gradient);
    activation_backward(hidden, activation);
    bias_backward(hidden, gradient->conv_bias);
    conv_backward_weight(&block->conv, frames, x->values - reach(block), hidden->gradient, false,
                         gradient->conv);
    conv_backward_input(&block->conv, frames, hidden->gradient, &weights->conv, false,
                        x->gradient - reach(block));
    for (size_t i = 0; i < frames * x->channels; i++) x->gradient[i] += y->gradient[i];
}
