// strided.h: a strided layer of the autoencoder, forward and backward: a convolution of the
// encoder, a transposed one of the decoder. Any thread; allocates nothing.
#ifndef TRASLUZ_STRIDED_H
#define TRASLUZ_STRIDED_H

#include "network/conv.h"
#include "network/signal.h"

ConvShape strided_shape(const Layer *layer);

typedef struct {
    ConvShape shape;
    bool transposed;
    size_t padding; // frames
    ConvWeights weights;
    Signal *x, *y;
} Strided;

// y = bias + layer(x); NULL adds to y instead.
void strided_forward(const Strided *layer, const float *bias);

// What to do with the gradient of the layer's input.
typedef enum { INPUT_UNWANTED, INPUT_WRITTEN, INPUT_ADDED } InputGradient;

// From y->gradient, whose margins are 0: writes the gradient of the weights, and x->gradient as
// `input` says.
void strided_backward(const Strided *layer, InputGradient input, float *dweight);

#endif
