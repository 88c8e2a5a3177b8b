// network.h: the autoencoder as it is trained: one window of audio forward and backward, as matrix
// products (OpenBLAS). A Workspace belongs to one thread at a time; parameters are shared, in the
// order of model.h.
//
// Signals are stored frame by frame with the channels innermost, so that the input of an output
// frame, `kernel` frames from t * stride on, is contiguous. A kernel cut into pieces of at most
// `stride` taps then needs no gathering: the rows of one piece do not overlap, and each piece is
// one product with a row distance of stride * channels.
#ifndef TRASLUZ_NETWORK_H
#define TRASLUZ_NETWORK_H

#include "model/arch.h"

typedef struct Workspace Workspace;

// For windows of `window` samples, which arch_check_window() must accept. Allocates; NULL where
// memory is short.
Workspace *workspace_new(const Arch *arch, size_t window);
void workspace_free(Workspace *workspace);

// Encodes and decodes audio[0, window).
void network_forward(Workspace *workspace, const float *parameters, const float *audio);

// After network_forward() with the same parameters: from the derivative of a loss by each output
// sample, in network_output_gradient(), writes that by each parameter to gradient[parameters].
void network_backward(Workspace *workspace, const float *parameters, float *gradient);

// [window], to be filled.
float *network_output_gradient(Workspace *workspace);

// Encodes alone.
void network_encode(Workspace *workspace, const float *parameters, const float *audio);

// The last latent, [frames][channels], and the last output, [window]. They stay until the next
// call.
const float *network_latent(const Workspace *workspace, size_t *frames);
const float *network_output(const Workspace *workspace);

#endif
