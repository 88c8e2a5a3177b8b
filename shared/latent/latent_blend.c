#include "latent/latent_blend.h"

#include <stdlib.h>

bool latent_blend_init(LatentBlend *blend, const LatentSpace *space)
{
    *blend = (LatentBlend){.values = malloc((size_t)space->channels * sizeof(float))};
    return latent_cross_init(&blend->cross, space) && blend->values;
}

void latent_blend_free(LatentBlend *blend)
{
    latent_cross_free(&blend->cross);
    free(blend->values);
}

void latent_blend_reset(LatentBlend *blend, const LatentSpace *space)
{
    ramp_init(&blend->amount, (int)space->fade);
    ramp_init(&blend->dynamics, (int)space->fade);
    ramp_init(&blend->cross_share, (int)space->fade);
    latent_alternate_reset(&blend->alternate);
    latent_blend_locate(blend);
}

void latent_blend_locate(LatentBlend *blend)
{
    blend->crosses = false;
}

bool latent_blend_rests(const LatentBlend *blend, const LatentSpace *space,
                        const LatentBlendSettings *settings, const LatentReference *reference,
                        int64_t frame)
{
    const bool alternates = settings->mode == BLEND_ALTERNATE;
    const float crosses = settings->mode == BLEND_CROSS ? 1.0f : 0.0f;
    return latent_alternate_rests(&blend->alternate, space,
                                  alternates ? &settings->alternate : NULL, frame) &&
           ramp_stays_at(&blend->amount, settings->amount) &&
           ramp_stays_at(&blend->dynamics, settings->dynamics) &&
           latent_reference_rests(reference) &&
           (!latent_reference_exists(reference) || ramp_stays_at(&blend->cross_share, crosses));
}

// Returns what the input is blended with: other[channels], or that in the input's rhythm, or
// between the two just after a change of mode.
static const float *cross(LatentBlend *blend, const LatentSpace *space, bool wanted, int64_t frame,
                          const float *input, const float *other)
{
    ramp_set(&blend->cross_share, wanted ? 1.0f : 0.0f);
    const float share = ramp_next(&blend->cross_share);
    if (!wanted && share == 0.0f) {
        blend->crosses = false;
        return other;
    }
    if (!blend->crosses) latent_cross_locate(&blend->cross, space, frame);
    blend->crosses = true;
    const float *crossed = latent_cross_frame(&blend->cross, space, input, other);
    if (share == 1.0f) return crossed;
    for (int c = 0; c < space->channels; c++)
        blend->values[c] = other[c] + share * (crossed[c] - other[c]);
    return blend->values;
}

void latent_blend_frame(LatentBlend *blend, const LatentSpace *space,
                        const LatentBlendSettings *settings, LatentReference *reference,
                        int64_t frame, float *values)
{
    const bool alternates = settings->mode == BLEND_ALTERNATE;
    const float gain = latent_alternate_frame(&blend->alternate, space,
                                              alternates ? &settings->alternate : NULL, frame);
    ramp_set(&blend->amount, settings->amount);
    ramp_set(&blend->dynamics, settings->dynamics);
    float amount = ramp_next(&blend->amount);
    const float dynamics = ramp_next(&blend->dynamics);
    const float *other = latent_reference_frame(reference, space, frame, values);
    if (!other) return;
    const float *level = other + space->channels; // of the reference
    other = cross(blend, space, settings->mode == BLEND_CROSS, frame, values, other);
    if (amount == 0.0f) return;
    amount *= gain;
    // Crossed with the input, the reference has the input's level.
    const float of_level = amount * dynamics * (1.0f - blend->cross_share.value);
    for (int c = space->channels; c < space->values; c++)
        values[c] += of_level * (*level - values[c]);
    for (int c = 0; c < space->channels; c++) values[c] += amount * (other[c] - values[c]);
}
