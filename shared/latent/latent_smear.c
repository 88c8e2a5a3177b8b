#include "latent/latent_smear.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool latent_smear_init(LatentSmear *smear, const LatentSpace *space)
{
    *smear = (LatentSmear){.state = calloc((size_t)space->channels, sizeof(float))};
    return smear->state != NULL;
}

void latent_smear_free(LatentSmear *smear)
{
    free(smear->state);
}

void latent_smear_reset(LatentSmear *smear, const LatentSpace *space)
{
    memcpy(smear->state, space->silence, (size_t)space->channels * sizeof(float));
    ramp_init(&smear->seconds, (int)space->fade);
}

void latent_smear_frame(LatentSmear *smear, const LatentSpace *space, float seconds, bool held,
                        float *values)
{
    ramp_set(&smear->seconds, seconds);
    const float constant = ramp_next(&smear->seconds);
    const size_t bytes = (size_t)space->channels * sizeof(float);
    if (constant <= 0.0f) {
        if (!held) memcpy(smear->state, values, bytes);
        return;
    }
    if (!held) {
        const float share = 1.0f - expf(-1.0f / (constant * (float)space->frame_rate));
        for (int c = 0; c < space->channels; c++) {
            float *state = &smear->state[c];
            *state += share * (values[c] - *state);
            // A value that is not finite must not stay for ever.
            if (!(fabsf(*state) <= FLT_MAX)) *state = space->silence[c];
        }
    }
    memcpy(values, smear->state, bytes);
}
