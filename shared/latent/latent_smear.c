#include "latent/latent_smear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool latent_smear_init(LatentSmear *smear, const LatentSpace *space)
{
    *smear = (LatentSmear){.state = calloc((size_t)space->channels, sizeof(float))};
    latent_smear_reset(smear, space);
    return smear->state != NULL;
}

void latent_smear_free(LatentSmear *smear)
{
    free(smear->state);
}

void latent_smear_reset(LatentSmear *smear, const LatentSpace *space)
{
    smear->has_state = false;
    ramp_init(&smear->seconds, (int)space->fade);
}

void latent_smear_frame(LatentSmear *smear, const LatentSpace *space, float seconds, float *values)
{
    ramp_set(&smear->seconds, seconds);
    const float constant = ramp_next(&smear->seconds);
    if (constant <= 0.0f || !smear->has_state) {
        memcpy(smear->state, values, (size_t)space->channels * sizeof(float));
        smear->has_state = true;
        return;
    }
    const float share = 1.0f - expf(-1.0f / (constant * (float)space->frame_rate));
    for (int c = 0; c < space->channels; c++) {
        smear->state[c] += share * (values[c] - smear->state[c]);
        values[c] = smear->state[c];
    }
}
