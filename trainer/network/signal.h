// signal.h: what passes between two layers of the autoencoder: values and their gradient, with room
// around them for padding; and the activation on it. A Signal belongs to one thread at a time.
#ifndef TRASLUZ_SIGNAL_H
#define TRASLUZ_SIGNAL_H

#include "model/arch.h"

enum { SIGNAL_ALIGNMENT = 64 }; // bytes

// The room holds the zeros before and after what a convolution reads, or the frames that a
// transposed convolution makes and its padding cuts off.
typedef struct {
    size_t frames, channels;
    size_t margin;            // frames of room before the first and after the last
    float *memory, *dmemory;  // which hold [margin + frames + margin][channels]
    float *values, *gradient; // the first frame's, aligned to SIGNAL_ALIGNMENT; [frames][channels]
    float *preactivation;     // [frames][channels], input of the activation; NULL unless SiLU
} Signal;

// Allocates, all values 0. False when memory is short; the caller frees the signal then too.
bool signal_init(Signal *signal, size_t frames, size_t channels, size_t margin,
                 bool keeps_preactivation);
void signal_free(Signal *signal);

// Sets the margins of the values, or of the gradient, to 0.
void signal_clear_margins(Signal *signal);
void signal_clear_gradient_margins(Signal *signal);

// values = activation(values)
void activation_forward(Signal *signal, Activation activation);

// gradient *= derivative of the activation that made the values
void activation_backward(Signal *signal, Activation activation);

// dbias[channels] = sum of the gradient over the frames, in their order.
void bias_backward(const Signal *signal, float *dbias);

#endif
