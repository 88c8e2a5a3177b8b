// initialize.h: the initial weights of a training: the same values as PyTorch's Conv1d and
// ConvTranspose1d have after torch.manual_seed(seed). Residual blocks start as the identity, with
// their `mix` at zero; linear_init.h sets a linear path. Any thread; allocates nothing.
#ifndef TRASLUZ_INITIALIZE_H
#define TRASLUZ_INITIALIZE_H

#include "model/arch.h"

// Fills parameters[arch_parameters()], in the order of model.h: weights and biases are uniform
// within 1 / sqrt(fan in); the fan in is in * kernel for Conv1d and, as in PyTorch, out * kernel
// for ConvTranspose1d. Layers are made in the order of arch_convolutions(). (He, Zhang, Ren, Sun,
// "Delving deep into rectifiers", ICCV 2015, with PyTorch's a = sqrt 5.)
void initialize_parameters(const Arch *arch, uint32_t seed, float *parameters);

#endif
