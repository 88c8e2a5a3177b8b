#include "latent/latent_cross.h"

#include <math.h>
#include <stdlib.h>

#define LOWEST 1e-3f // level that the reference is taken to have at least, in standard deviations

bool latent_cross_init(LatentCross *cross, const LatentSpace *space)
{
    const bool input = latent_level_init(&cross->input, space);
    const bool reference = latent_level_init(&cross->reference, space);
    cross->values = malloc((size_t)space->channels * sizeof(float));
    return input && reference && cross->values;
}

void latent_cross_free(LatentCross *cross)
{
    latent_level_free(&cross->input);
    latent_level_free(&cross->reference);
    free(cross->values);
}

void latent_cross_locate(LatentCross *cross, const LatentSpace *space, int64_t frame)
{
    latent_level_locate(&cross->input, space, frame);
    latent_level_locate(&cross->reference, space, frame);
}

const float *latent_cross_frame(LatentCross *cross, const LatentSpace *space, const float *input,
                                const float *reference)
{
    const float *in = latent_level_frame(&cross->input, space, input);
    const float *own = latent_level_frame(&cross->reference, space, reference);
    for (int c = 0; c < space->channels; c++) {
        const float lowest = LOWEST * space->std[c], centre = space->silence[c];
        const float gain = own[c] > lowest ? in[c] / own[c] : lowest > 0.0f ? in[c] / lowest : 0.0f;
        cross->values[c] = centre + gain * (reference[c] - centre);
    }
    return cross->values;
}
