// packed_weights.h: the weights of a network in the order in which the products of conv.h read
// them. They are packed once for all windows of a step: one thread packs them, then any number
// reads.
#ifndef TRASLUZ_PACKED_WEIGHTS_H
#define TRASLUZ_PACKED_WEIGHTS_H

#include "model/arch.h"
#include "network/conv.h"

typedef struct PackedWeights PackedWeights;

// Allocates; NULL when memory is short.
PackedWeights *packed_weights_new(const Arch *arch);
void packed_weights_free(PackedWeights *packed); // NULL is allowed

// Packs the weights among the parameters, which are in the order of model.h.
void packed_weights_set(PackedWeights *packed, const float *parameters);

// A network's parameters, and what was packed of them; NULL: each product packs its weights again.
typedef struct {
    const float *parameters;
    const PackedWeights *packed;
} NetworkWeights;

// Returns the weights of a convolution, numbered as in arch_convolutions(), that begin at
// parameters[offset].
ConvWeights conv_weights(const NetworkWeights *weights, int convolution, size_t offset);

#endif
