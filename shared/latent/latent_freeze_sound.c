#include "latent/latent_freeze_sound.h"

#include <stdlib.h>
#include <string.h>

bool latent_freeze_sound_init(LatentFreezeSound *freeze, const LatentSpace *space)
{
    *freeze = (LatentFreezeSound){.frozen = calloc((size_t)space->values, sizeof(float))};
    latent_freeze_sound_reset(freeze, space);
    return freeze->frozen;
}

void latent_freeze_sound_free(LatentFreezeSound *freeze)
{
    free(freeze->frozen);
}

void latent_freeze_sound_reset(LatentFreezeSound *freeze, const LatentSpace *space)
{
    freeze->active = false;
    freeze->heard = 0;
    ramp_init(&freeze->amount, (int)space->fade);
    ramp_set(&freeze->amount, 0.0f);
}

bool latent_freeze_sound_is_active(const LatentFreezeSound *freeze)
{
    return freeze->active;
}

static void mix_frame(const LatentFreezeSound *freeze, const LatentSpace *space, int64_t at,
                      float *values, FrontChange *change)
{
    const float amount = freeze->amount.value;
    change->frozen = amount;
    change->frozen_at = at;
    for (int c = 0; c < space->values; c++)
        values[c] = amount == 1.0f ? freeze->frozen[c]
                                   : values[c] + amount * (freeze->frozen[c] - values[c]);
}

void latent_freeze_sound_frame(LatentFreezeSound *freeze, const LatentSpace *space, bool wanted,
                               bool silent, float *values, FrontChange *change)
{
    if (silent)
        freeze->heard = 0;
    else if (freeze->heard < space->fade)
        freeze->heard++;
    if (wanted && !freeze->active && freeze->heard >= space->fade) {
        memcpy(freeze->frozen, values, (size_t)space->values * sizeof(float));
        freeze->active = change->takes = true;
        freeze->at = 0;
    }
    if (!freeze->active) return;
    ramp_set(&freeze->amount, wanted ? 1.0f : 0.0f);
    ramp_next(&freeze->amount);
    mix_frame(freeze, space, freeze->at++, values, change);
    if (!wanted && ramp_rests_at(&freeze->amount, 0.0f)) freeze->active = false;
}

void latent_freeze_sound_rest(LatentFreezeSound *freeze)
{
    freeze->heard = 0;
}

void latent_freeze_sound_hold(const LatentFreezeSound *freeze, const LatentSpace *space,
                              int64_t ahead, float *values, FrontChange *change)
{
    if (freeze->active) mix_frame(freeze, space, freeze->at + ahead, values, change);
}
