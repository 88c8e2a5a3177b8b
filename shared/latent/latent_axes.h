// latent_axes.h: shifts the latent along the principal axes that a model of spectra stores: each
// changes the timbre in a direction of its own. A model without axes, or of samples, whose latent a
// constant shift fills with steady tones, is left as it is. Real-time safe.
#ifndef TRASLUZ_LATENT_AXES_H
#define TRASLUZ_LATENT_AXES_H

#include "latent/latent_space.h"
#include "math/ramp.h"

typedef struct {
    Ramp amount[MODEL_AXES];
} LatentAxes;

// Takes over the next amounts at once.
void latent_axes_reset(LatentAxes *axes, const LatentSpace *space);

// Returns true if latent_axes_frame() with those amounts leaves the axes as they are.
bool latent_axes_rest(const LatentAxes *axes, const LatentSpace *space, const float *amount);

// Shifts values[channels] in place by amount[MODEL_AXES] deviations along each axis.
void latent_axes_frame(LatentAxes *axes, const LatentSpace *space, const float *amount,
                       float *values);

#endif
