#include "latent/latent_axes.h"

void latent_axes_reset(LatentAxes *axes, const LatentSpace *space)
{
    for (int a = 0; a < MODEL_AXES; a++) ramp_init(&axes->amount[a], (int)space->fade);
}

bool latent_axes_rest(const LatentAxes *axes, const LatentSpace *space, const float *amount)
{
    for (int a = 0; space->axes && a < MODEL_AXES; a++)
        if (!ramp_stays_at(&axes->amount[a], amount[a])) return false;
    return true;
}

void latent_axes_frame(LatentAxes *axes, const LatentSpace *space, const float *amount,
                       float *values)
{
    if (!space->axes) return;
    for (int a = 0; a < MODEL_AXES; a++) {
        ramp_set(&axes->amount[a], amount[a]);
        const float shift = ramp_next(&axes->amount[a]) * space->axes_std[a];
        if (shift == 0.0f) continue;
        const float *axis = space->axes + (size_t)a * (size_t)space->channels;
        for (int c = 0; c < space->channels; c++) values[c] += shift * axis[c];
    }
}
