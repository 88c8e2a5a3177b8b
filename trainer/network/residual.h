// residual.h: the residual block y = x + mix(activation(conv(x))), forward and backward: `conv` is
// dilated and reads the past alone, `mix` has kernel 1. Any thread; allocates nothing.
#ifndef TRASLUZ_RESIDUAL_H
#define TRASLUZ_RESIDUAL_H

#include "network/conv.h"
#include "network/signal.h"

// The block's shapes.
typedef struct {
    ConvShape conv; // channels to width
    ConvShape mix;  // width to channels
} Residual;

Residual residual_block(const Layer *layer);

// Its weights, and where its bias is that is not added to the output.
typedef struct {
    ConvWeights conv, mix;
    const float *conv_bias;
} ResidualWeights;

// Where the gradients of these go.
typedef struct {
    float *conv, *mix, *conv_bias;
} ResidualGradient;

// y [frames][channels] holds the bias of `mix` and gets the rest added; x [frames][channels]
// has a margin of (kernel - 1) * dilation frames of zeros; hidden [frames][width] is kept for
// the way back.
void residual_forward(const Residual *block, const ResidualWeights *weights, Activation activation,
                      const Signal *x, Signal *hidden, Signal *y);

// From y->gradient: writes x->gradient, and the parameters' gradients but that of mix's bias.
void residual_backward(const Residual *block, const ResidualWeights *weights, Activation activation,
                       const ResidualGradient *gradient, Signal *x, Signal *hidden,
                       const Signal *y);

#endif
