#include "latent/latent_offset.h"

void latent_offset_reset(LatentOffset *offset, const LatentSpace *space)
{
    ramp_init(&offset->amount, (int)space->fade);
    ramp_init(&offset->constant, (int)space->fade);
}

bool latent_offset_rests(const LatentOffset *offset, float amount, bool constant)
{
    return ramp_stays_at(&offset->amount, amount) &&
           ramp_stays_at(&offset->constant, constant ? 1.0f : 0.0f);
}

void latent_offset_frame(LatentOffset *offset, const LatentSpace *space, float amount,
                         bool constant, const float *unit, const float *following, float *values)
{
    ramp_set(&offset->amount, amount);
    ramp_set(&offset->constant, constant ? 1.0f : 0.0f);
    const float now = ramp_next(&offset->amount), share = ramp_next(&offset->constant);
    if (now == 0.0f) return;
    for (int c = 0; c < space->channels; c++)
        values[c] += now * latent_unit(unit[c], following[c], share);
}
