// pooled_latents.h: latents without their order in time: the mean and the standard deviation of
// each channel over all frames of a clip. Any thread; allocates.
#ifndef TRASLUZ_POOLED_LATENTS_H
#define TRASLUZ_POOLED_LATENTS_H

#include "latents/latent_set.h"

// Returns [count][2 channels] of these clips (indices of set->clip): the means, then the
// deviations. Each column is brought to mean 0 and deviation 1 over the clips, but for one that
// never changes, which is 0. The caller frees it; NULL when memory is short.
double *pooled_latents(const LatentSet *set, const size_t *clip, size_t count);

#endif
