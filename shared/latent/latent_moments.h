// latent_moments.h: mean and deviation of latent frames along the axes that a model of spectra
// stores for Match: the principal axes of its latent within pieces of music. Made and freed off the
// audio thread; the rest is real-time safe.
#ifndef TRASLUZ_LATENT_MOMENTS_H
#define TRASLUZ_LATENT_MOMENTS_H

#include "latent/latent.h"

typedef struct {
    size_t frames;
    double *sum, *square; // [channels], along the axes; NULL if the model has none
} LatentMoments;

// Allocates; false where memory is short.
bool latent_moments_init(LatentMoments *moments, const LatentSpace *space);
void latent_moments_free(LatentMoments *moments);

// Forgets all frames.
void latent_moments_reset(LatentMoments *moments, const LatentSpace *space);

// Writes a frame's distance from the model's mean along each axis to along[channels].
void latent_moments_project(const LatentSpace *space, const float *values, float *along);

// Adds a frame that has been projected. One with a value that is not finite is left out.
void latent_moments_add(LatentMoments *moments, const LatentSpace *space, const float *along);

// Adds the frames of a stored latent from number `from` on, but for silent ones. Allocates nothing.
void latent_moments_add_latent(LatentMoments *moments, const Model *model, const Latent *latent,
                               size_t from);

// Adds all frames of `other`.
void latent_moments_merge(LatentMoments *moments, const LatentSpace *space,
                          const LatentMoments *other);

// Return mean and standard deviation along axis c. There must be frames.
double latent_moments_mean(const LatentMoments *moments, int c);
double latent_moments_std(const LatentMoments *moments, int c);

#endif
