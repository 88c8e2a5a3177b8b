// engine_latency.h: the engine's latency, from the architecture and the rates.
#ifndef TRASLUZ_ENGINE_LATENCY_H
#define TRASLUZ_ENGINE_LATENCY_H

#include "model/arch.h"

// Returns the samples at the host's rate between an input and its output, for a model of that
// architecture and rate; 0 where the host's rate is none that can be played. Allocates nothing.
int engine_latency_of(const Arch *arch, double model_rate, double host_rate);

#endif
