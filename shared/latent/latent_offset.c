#include "latent/latent_offset.h"

void latent_offset_reset(LatentOffset *offset, const LatentSpace *space)
{
    ramp_init(&offset->amount, (int)space->fade);
}

void latent_offset_frame(LatentOffset *offset, const LatentSpace *space, float amount,
                         const float *unit, float *values)
{
    ramp_set(&offset->amount, amount);
    const float now = ramp_next(&offset->amount);
    if (now == 0.0f) return;
    for (int c = 0; c < space->channels; c++) values[c] += now * (unit ? unit[c] : 1.0f);
}
