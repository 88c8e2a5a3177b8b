#include "latent/latent_ops.h"

#include <math.h>

#define FREEZE_SECONDS_MAX 8.0

bool latent_ops_init(LatentOps *ops, const Model *model, const Latent *reference,
                     uint32_t audio_channel)
{
    *ops = (LatentOps){.model = model, .space = latent_space_of(model)};
    const LatentSpace *space = &ops->space;
    const size_t longest = (size_t)ceil(FREEZE_SECONDS_MAX * space->frame_rate);
    bool made = latent_reference_init(&ops->reference, model, reference);
    made = latent_freeze_init(&ops->freeze, space->channels, longest, space->fade) && made;
    made = latent_smear_init(&ops->smear, space) && made;
    made = latent_noise_init(&ops->noise, space, audio_channel) && made;
    latent_ops_reset(ops);
    return made;
}

void latent_ops_free(LatentOps *ops)
{
    latent_reference_free(&ops->reference);
    latent_freeze_free(&ops->freeze);
    latent_smear_free(&ops->smear);
    latent_noise_free(&ops->noise);
}

void latent_ops_reset(LatentOps *ops)
{
    ops->frame = 0;
    latent_reference_reset(&ops->reference, &ops->space);
    latent_freeze_reset(&ops->freeze);
    latent_smear_reset(&ops->smear, &ops->space);
    latent_scale_reset(&ops->scale, &ops->space);
    latent_blend_reset(&ops->blend, &ops->space);
    latent_offset_reset(&ops->offset, &ops->space);
    latent_noise_reset(&ops->noise, &ops->space);
}

void latent_ops_locate(LatentOps *ops, uint64_t frame)
{
    ops->frame = frame;
    latent_noise_locate(&ops->noise);
}

void latent_ops_skip(LatentOps *ops)
{
    ops->frame++;
}

LatentCapture *latent_ops_capture(LatentOps *ops)
{
    return &ops->reference.capture;
}

void latent_ops_process(LatentOps *ops, const LatentSettings *settings, float *values,
                        size_t frames)
{
    const LatentSpace *space = &ops->space;
    const float *unit = settings->absolute ? NULL : space->std;
    const size_t loop = (size_t)lround((double)settings->freeze_seconds * space->frame_rate);
    const LatentBlendSettings blend = {
        .mode = settings->blend_mode,
        .amount = settings->blend,
        .alternate = {.input_beats = settings->input_beats,
                      .reference_beats = settings->reference_beats,
                      .tempo = settings->tempo,
                      .first_beat = settings->first_beat},
    };
    const LatentNoiseSettings noise = {
        .amount = settings->noise, .drift = settings->drift, .seed = settings->seed};
    for (size_t t = 0; t < frames; t++, values += space->channels) {
        latent_reference_capture(&ops->reference, space, settings->capture, values);
        latent_freeze_frame(&ops->freeze, settings->freeze, loop, values);
        latent_smear_frame(&ops->smear, space, settings->smear, values);
        latent_scale_frame(&ops->scale, space, settings->scale, values);
        latent_blend_frame(&ops->blend, space, &blend, &ops->reference, ops->frame, values);
        latent_offset_frame(&ops->offset, space, settings->offset, unit, values);
        latent_noise_frame(&ops->noise, space, &noise, unit, ops->frame, values);
        ops->frame++;
    }
}
