// start_weights.h: the first parameters of a training that starts from other weights of the same
// architecture. For one thread; allocates.
#ifndef TRASLUZ_START_WEIGHTS_H
#define TRASLUZ_START_WEIGHTS_H

#include "model/model.h"

// Returns false, with a message, unless the weights have this architecture and rate (Hz).
bool start_weights_fit(const Model *model, const Arch *arch, double rate, Error *error);

// Writes the parameters. Those of a spectrum see levels less their own music's mean in each band;
// the new training takes off band_mean[bands], and the first biases and the last make up for the
// difference, so that the network does what it did. NULL for samples. False where the first or the
// last layer has no biases that could: a residual block stands there.
bool start_weights_take(const Model *model, const float *band_mean, float *parameters,
                        Error *error);

#endif
