// network.h: the autoencoder as it is trained: one window forward and backward, built of the layers
// in conv.h, residual.h and signal.h. A Workspace belongs to one thread at a time; parameters are
// shared between threads, in the order of model.h.
#ifndef TRASLUZ_NETWORK_H
#define TRASLUZ_NETWORK_H

#include "model/arch.h"

typedef struct Workspace Workspace;

// Makes a workspace for windows of `window` samples, which arch_check_window() must accept.
// Allocates; NULL when memory is short.
Workspace *workspace_new(const Arch *arch, size_t window);
void workspace_free(Workspace *workspace); // NULL is allowed

// Encodes and decodes audio[0, window).
void network_forward(Workspace *workspace, const float *parameters, const float *audio);

// After network_forward() with the same parameters: takes the derivative of a loss by each output
// sample from network_output_gradient() and writes that by each parameter to gradient[parameters].
void network_backward(Workspace *workspace, const float *parameters, float *gradient);

// [window], to be filled by the caller.
float *network_output_gradient(Workspace *workspace);

// Encodes alone.
void network_encode(Workspace *workspace, const float *parameters, const float *audio);

// The last latent, [frames][channels], and the last output, [window]. Valid until the next call.
const float *network_latent(const Workspace *workspace, size_t *frames);
const float *network_output(const Workspace *workspace);

#endif
