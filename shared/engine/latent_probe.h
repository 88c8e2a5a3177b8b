// latent_probe.h: finds out by trial what the latent operations need to know of a model: what its
// encoder gives in endless silence, and how loud a shift of its latent is heard. Allocates, and
// runs the network for as long as it remembers, at most a second of audio: when a model is loaded.
#ifndef TRASLUZ_LATENT_PROBE_H
#define TRASLUZ_LATENT_PROBE_H

#include "model/model.h"

typedef struct {
    float *silence;  // [channels]
    float *loudness; // [channels][channels], or NULL: see latent_space.h
} LatentProbe;

// Finds them. False where memory is short, or where the model has no such latent: a spectrum of
// silence is as flat as its level is low, which is no sound, and a model may give what is not
// finite.
bool latent_probe_init(LatentProbe *probe, const Model *model);
void latent_probe_free(LatentProbe *probe);

#endif
