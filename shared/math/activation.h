// activation.h: the activations that a network can have, and their names in files and options. Any
// thread. kernel_activate() computes them for streams.
#ifndef TRASLUZ_ACTIVATION_H
#define TRASLUZ_ACTIVATION_H

#include "files/error.h"

typedef enum { ACTIVATION_LEAKY_RELU, ACTIVATION_SILU, ACTIVATION_TANH, ACTIVATIONS } Activation;

#define LEAKY_RELU_SLOPE 0.01f // as in PyTorch

// Returns "leaky_relu", "silu" or "tanh".
extern const char *const activation_names[ACTIVATIONS + 1]; // ended by NULL
const char *activation_name(Activation activation);

// Reads one of these names; false with a message if it is none of them.
bool activation_parse(Activation *activation, const char *name, Error *error);

#endif
