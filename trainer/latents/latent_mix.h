// latent_mix.h: joins several latents of the same model to one. Allocates; any thread.
#ifndef TRASLUZ_LATENT_MIX_H
#define TRASLUZ_LATENT_MIX_H

#include "latent/latent.h"

// Returns the mean of all, value by value, as long as the shortest; or, looped, as long as the
// longest, with the others repeated by latent_loop(). The caller frees it.
Latent *latent_average(const Model *model, Latent *const *latents, size_t count, bool looped,
                       Error *error);

// Returns all, one after the other, each fading into the next over `fade` frames by
// latent_fold_seam(), as in the plugin's loops; 0 frames: a hard cut. Refuses a latent shorter than
// two fades. Each part begins at the frame that is nearest to where the samples before it end, and
// the whole has the sum of the samples, less the fades. The caller frees it.
Latent *latent_concatenate(const Model *model, Latent *const *latents, size_t count, size_t fade,
                           Error *error);

#endif
