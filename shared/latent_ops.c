#include "latent_ops.h"

#include "random.h"

#include <math.h>
#include <stdlib.h>

#define RAMP_SECONDS 0.05

bool latent_ops_init(LatentOps *ops, const Model *model, const Latent *reference,
                     uint32_t audio_channel)
{
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    *ops = (LatentOps){
        .model = model,
        .reference = reference,
        .audio_channel = audio_channel,
        .scratch = malloc(channels * sizeof(float)),
    };
    latent_ops_reset(ops);
    return ops->scratch != NULL;
}

void latent_ops_free(LatentOps *ops)
{
    free(ops->scratch);
}

void latent_ops_reset(LatentOps *ops)
{
    const double frame_rate = ops->model->sample_rate / arch_hop(&ops->model->arch);
    const int steps = (int)lround(RAMP_SECONDS * frame_rate);
    ops->frame = 0;
    ramp_init(&ops->noise, steps);
    ramp_init(&ops->offset, steps);
    ramp_init(&ops->blend, steps);
}

static void blend_frame(const LatentOps *ops, float *values, int channels, float amount)
{
    const Latent *reference = ops->reference;
    if (!reference || amount == 0.0f) return;
    const float *other = reference->values + (ops->frame % reference->frames) * (size_t)channels;
    for (int c = 0; c < channels; c++) values[c] += amount * (other[c] - values[c]);
}

static void offset_frame(float *values, const float *unit, int channels, float amount)
{
    if (amount == 0.0f) return;
    for (int c = 0; c < channels; c++) values[c] += amount * (unit ? unit[c] : 1.0f);
}

static void noise_frame(const LatentOps *ops, float *values, const float *unit, int channels,
                        float amount, uint32_t seed)
{
    if (amount == 0.0f) return;
    const RandomKey key = {.seed = seed, .stream = ops->audio_channel};
    random_normal(key, ops->frame, ops->scratch, channels);
    for (int c = 0; c < channels; c++)
        values[c] += amount * (unit ? unit[c] : 1.0f) * ops->scratch[c];
}

void latent_ops_process(LatentOps *ops, const LatentSettings *settings, float *values,
                        size_t frames)
{
    const int channels = arch_latent_channels(&ops->model->arch);
    const float *unit = settings->absolute ? NULL : ops->model->latent_std;
    ramp_set(&ops->noise, settings->noise);
    ramp_set(&ops->offset, settings->offset);
    ramp_set(&ops->blend, settings->blend);
    for (size_t t = 0; t < frames; t++, values += channels) {
        blend_frame(ops, values, channels, ramp_next(&ops->blend));
        offset_frame(values, unit, channels, ramp_next(&ops->offset));
        noise_frame(ops, values, unit, channels, ramp_next(&ops->noise), settings->seed);
        ops->frame++;
    }
}
