#include "network/residual.h"

// Values from a frame back to the earliest frame that it reads.
static size_t reach(const Residual *block)
{
    return (block->conv.kernel - 1) * block->conv.dilation * block->conv.in;
}

void residual_forward(const Residual *block, const float *parameters, const Signal *x,
                      Signal *hidden, Signal *y)
{
    const size_t frames = x->frames;
    conv_forward(&block->conv, frames, x->values - reach(block), parameters + block->conv_weight,
                 parameters + block->conv_bias, hidden->values);
    activation_forward(hidden, block->activation);
    for (size_t i = 0; i < frames * x->channels; i++) y->values[i] += x->values[i];
    conv_forward(&block->mix, frames, hidden->values, parameters + block->mix_weight, NULL,
                 y->values);
}

void residual_backward(const Residual *block, const float *parameters, float *gradient, Signal *x,
                       Signal *hidden, const Signal *y)
{
    const size_t frames = x->frames;
    conv_backward_weight(&block->mix, frames, hidden->values, y->gradient, false,
                         gradient + block->mix_weight);
    conv_backward_input(&block->mix, frames, y->gradient, parameters + block->mix_weight, false,
                        hidden->gradient);
    bias_backward(hidden, true, block->activation, gradient + block->conv_bias);
    conv_backward_weight(&block->conv, frames, x->values - reach(block), hidden->gradient, false,
                         gradient + block->conv_weight);
    conv_backward_input(&block->conv, frames, hidden->gradient, parameters + block->conv_weight,
                        false, x->gradient - reach(block));
    for (size_t i = 0; i < frames * x->channels; i++) x->gradient[i] += y->gradient[i];
}
