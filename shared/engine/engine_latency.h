// engine_latency.h: the engine's latency, from the architecture and the two resamplers. Off
// the audio thread.
#ifndef TRASLUZ_ENGINE_LATENCY_H
#define TRASLUZ_ENGINE_LATENCY_H

#include "math/resample.h"
#include "model/model.h"

// Samples at the host's rate between an input and its output. The resamplers are those from the
// host's rate to the model's and back; NULL where the rates are the same.
int engine_latency_between(const Model *model, double host_rate, const Resampler *down,
                           const Resampler *up);

// The same without an engine. 0 where the host's rate is none that can be played. Allocates.
int engine_latency_of(const Model *model, double host_rate);

#endif
