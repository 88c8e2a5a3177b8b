// linear_init.h: the initial weights of a network with a linear path. For samples: a lapped
// transform that keeps its lowest bands, so that the untrained network is a low-pass. For a
// spectrum: the principal axes of its log levels. Any thread; allocates nothing.
#ifndef TRASLUZ_LINEAR_INIT_H
#define TRASLUZ_LINEAR_INIT_H

#include "model/arch.h"

// The only initialization of a linear path there is, as sweep files, config.json and checkpoints
// name it.
#define LINEAR_INIT_NAME "transform"

// Writes the transform over parameters[arch_parameters()] that are drawn already: the linear path
// becomes the transform, and the last strided layer of each chain zero. Without a linear path it
// changes nothing. `list`: arch_convolutions().
void linear_init(const Arch *arch, const Convolution *list, float *parameters);

// The same for a spectrum: the path becomes the projection of the log levels onto orthonormal
// axes, axis[latent channels][arch_network_hop()][bands]. The architecture has a linear path.
void linear_init_axes(const Arch *arch, const float *axis, float *parameters);

#endif
