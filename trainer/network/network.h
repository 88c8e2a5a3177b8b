// network.h: the autoencoder as it is trained: one window forward and backward, built of the layers
// in strided.h and residual.h. A Workspace belongs to one thread at a time; weights are shared
// between threads.
#ifndef TRASLUZ_NETWORK_H
#define TRASLUZ_NETWORK_H

#include "model/arch.h"
#include "network/packed_weights.h"

typedef struct Workspace Workspace;

// Makes a workspace for windows of `window` samples, which arch_check_window() must accept.
// Allocates; NULL when memory is short.
Workspace *workspace_new(const Arch *arch, size_t window);
void workspace_free(Workspace *workspace); // NULL is allowed

// Encodes input[frames][inputs], with arch_front_frames() frames of arch_inputs() values: the
// window's samples, or the log levels of its bands.
void network_encode(Workspace *workspace, const NetworkWeights *weights, const float *input);

// Decodes the latent that is there.
void network_decode(Workspace *workspace, const NetworkWeights *weights);

// Encodes and decodes.
void network_forward(Workspace *workspace, const NetworkWeights *weights, const float *input);

// After encoding and decoding with the same weights: takes the derivative of a loss
// by each output value from network_output_gradient() and writes that by each
// parameter to gradient[parameters].
void network_backward(Workspace *workspace, const NetworkWeights *weights, float *gradient);

// [frames][inputs], to be filled by the caller.
float *network_output_gradient(Workspace *workspace);

// The last latent, [frames][channels], which may be changed before network_decode(), and the last
// output, [frames][inputs]. Valid until the next call.
float *network_latent(const Workspace *workspace, size_t *frames);
const float *network_output(const Workspace *workspace);

#endif
