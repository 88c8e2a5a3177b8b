// latent_mix.h: one latent out of several of the same model. Allocates; any thread.
#ifndef TRASLUZ_LATENT_MIX_H
#define TRASLUZ_LATENT_MIX_H

#include "latent/latent.h"

// The mean of all, value by value. It ends where the shortest does; or, looped, where the longest
// does, and the others are repeated by latent_loop() until then. The caller frees it.
Latent *latent_average(const Model *model, Latent *const *latents, size_t count, bool looped,
                       Error *error);

// All, one behind the other, each fading into the next over `fade` frames by latent_fold_seam(), as
// the plugin's loops do; a latent shorter than two fades is refused. 0 frames: a hard cut. The
// caller frees it.
Latent *latent_concatenate(const Model *model, Latent *const *latents, size_t count, size_t fade,
                           Error *error);

#endif
