#include "latent/latent_scale.h"

void latent_scale_reset(LatentScale *scale, const LatentSpace *space)
{
    ramp_init(&scale->factor, (int)space->fade);
}

bool latent_scale_rests(const LatentScale *scale, float factor)
{
    return ramp_stays_at(&scale->factor, factor);
}

void latent_scale_frame(LatentScale *scale, const LatentSpace *space, float factor, float *values)
{
    ramp_set(&scale->factor, factor);
    const float now = ramp_next(&scale->factor);
    if (now == 1.0f) return;
    const float *centre = space->silence;
    for (int c = 0; c < space->channels; c++) values[c] = centre[c] + now * (values[c] - centre[c]);
}
