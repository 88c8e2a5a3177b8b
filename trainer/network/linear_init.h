// linear_init.h: the initial weights of a network with a linear path. For samples: a lapped
// transform that keeps its lowest bands, so that the untrained network is a low-pass. For a
// spectrum: the principal axes of its log levels. Any thread; allocates nothing.
#ifndef TRASLUZ_LINEAR_INIT_H
#define TRASLUZ_LINEAR_INIT_H

#include "model/arch.h"

typedef enum {
    // Of a spectrum: the axes, mixed by an orthogonal cosine transform, so that each channel stands
    // for the whole spectrum.
    LINEAR_INIT_TRANSFORM,
    LINEAR_INIT_AXES, // of a spectrum alone: a channel for each axis
    LINEAR_INITS,
} LinearInit;

// Their names, ended by NULL.
extern const char *const linear_init_names[LINEAR_INITS + 1];

// Writes the transform over parameters[arch_parameters()] that are drawn already: the linear path
// becomes the transform, and the last strided layer of each chain zero. Without a linear path it
// changes nothing. `list`: arch_convolutions().
void linear_init(const Arch *arch, const Convolution *list, float *parameters);

// The same for a spectrum: the path becomes the projection of the log levels onto orthonormal
// axes, axis[latent channels][arch_network_hop()][bands]. Does nothing without a linear path.
void linear_init_axes(const Arch *arch, LinearInit init, const float *axis, float *parameters);

#endif
