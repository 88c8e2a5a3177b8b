// initialize.h: the weights a training starts from: those that torch.manual_seed(seed) and then
// PyTorch's own Conv1d and ConvTranspose1d give, value for value. Residual blocks start as the
// identity, with their `mix` at zero; a network with a linear path starts as linear_init.h has it.
#ifndef TRASLUZ_INITIALIZE_H
#define TRASLUZ_INITIALIZE_H

#include "model/arch.h"

// Fills parameters[arch_parameters()], in the order of model.h: weights and biases uniform within 1
// / sqrt(fan in), the fan in being in * kernel for Conv1d and, as PyTorch has it, out * kernel for
// ConvTranspose1d. Layers are made in the order of arch_convolutions(). (He, Zhang, Ren, Sun,
// "Delving deep into rectifiers", ICCV 2015, with PyTorch's a = sqrt 5.)
void initialize_parameters(const Arch *arch, uint32_t seed, float *parameters);

#endif
