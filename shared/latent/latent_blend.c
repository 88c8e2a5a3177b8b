#include "latent/latent_blend.h"

void latent_blend_reset(LatentBlend *blend, const LatentSpace *space)
{
    ramp_init(&blend->amount, (int)space->fade);
    latent_alternate_reset(&blend->alternate);
}

void latent_blend_frame(LatentBlend *blend, const LatentSpace *space,
                        const LatentBlendSettings *settings, LatentReference *reference,
                        uint64_t frame, float *values)
{
    const bool alternates = settings->mode == BLEND_ALTERNATE;
    const float gain = latent_alternate_frame(&blend->alternate, space,
                                              alternates ? &settings->alternate : NULL, frame);
    ramp_set(&blend->amount, settings->amount);
    float amount = ramp_next(&blend->amount);
    const float *other = latent_reference_frame(reference, space, frame, values);
    if (!other || amount == 0.0f) return;
    amount *= gain;
    for (int c = 0; c < space->channels; c++) values[c] += amount * (other[c] - values[c]);
}
