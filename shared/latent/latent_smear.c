#include "latent/latent_smear.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool latent_smear_init(LatentSmear *smear, const LatentSpace *space)
{
    *smear = (LatentSmear){.state = calloc((size_t)space->values, sizeof(float))};
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
    smear->sounded = false;
}

// Returns the level, a natural logarithm, of `share` of one power and the rest of another. A mean
// of logarithms would make music softer: most of its frames are softer than its mean power.
static float mix_levels(float from, float to, float share)
{
    const float before = expf(2.0f * from);
    return 0.5f * logf(before + share * (expf(2.0f * to) - before));
}

bool latent_smear_rests(const LatentSmear *smear, float seconds)
{
    return ramp_stays_at(&smear->seconds, seconds);
}

void latent_smear_frame(LatentSmear *smear, const LatentSpace *space, float seconds, bool held,
                        float *values)
{
    ramp_set(&smear->seconds, seconds);
    const float constant = ramp_next(&smear->seconds);
    // The level begins where sound begins, and is left as it is before that.
    if (!smear->sounded && !held) {
        for (int c = space->channels; c < space->values; c++) smear->state[c] = values[c];
        smear->sounded = true;
    }
    const int smeared = smear->sounded ? space->values : space->channels;
    const size_t bytes = (size_t)smeared * sizeof(float);
    if (constant <= 0.0f) {
        if (!held) memcpy(smear->state, values, bytes);
        return;
    }
    if (!held) {
        const float share = 1.0f - expf(-1.0f / (constant * (float)space->frame_rate));
        for (int c = 0; c < smeared; c++) {
            float *state = &smear->state[c];
            if (c < space->channels)
                *state += share * (values[c] - *state);
            else
                *state = mix_levels(*state, values[c], share);
            // A value that is not finite must not stay for ever.
            if (!(fabsf(*state) <= FLT_MAX))
                *state = c < space->channels ? space->silence[c] : values[c];
        }
    }
    memcpy(values, smear->state, bytes);
}
