// residual.h: the residual block y = x + mix(activation(conv(x))), forward and backward: `conv` is
// dilated and reads the past alone, `mix` has kernel 1. Any thread; allocates nothing.
#ifndef TRASLUZ_RESIDUAL_H
#define TRASLUZ_RESIDUAL_H

#include "network/conv.h"
#include "network/signal.h"

// The block's shapes, and where its parameters are among all.
typedef struct {
    ConvShape conv; // channels to width
    ConvShape mix;  // width to channels
    size_t conv_weight, conv_bias, mix_weight;
    Activation activation;
} Residual;

// y [frames][channels] holds the bias of `mix` and gets the rest added; x [frames][channels]
// has a margin of (kernel - 1) * dilation frames of zeros; hidden [frames][width] is kept for
// the way back.
void residual_forward(const Residual *block, const float *parameters, const Signal *x,
                      Signal *hidden, Signal *y);

// From y->gradient: adds to x->gradient, and writes the parameters' gradients but that
// of mix's bias.
void residual_backward(const Residual *block, const float *parameters, float *gradient, Signal *x,
                       Signal *hidden, const Signal *y);

#endif
