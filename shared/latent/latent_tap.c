#include "latent/latent_tap.h"

#include <string.h>

static float deviation(const Model *model, int channel, float value)
{
    const float std = model->latent_std[channel];
    return std > 0.0f ? (value - model->latent_mean[channel]) / std : 0.0f;
}

// Projects a frame on axis number `axis`.
static float along(const Model *model, int axis, const float *frame)
{
    const int channels = arch_latent_channels(&model->arch);
    if (!model->latent_axes) return axis < channels ? deviation(model, axis, frame[axis]) : 0.0f;
    const float *unit = model->latent_axes + (size_t)axis * (size_t)channels;
    float sum = 0.0f;
    for (int c = 0; c < channels; c++) sum += unit[c] * (frame[c] - model->latent_mean[c]);
    const float std = model->latent_axes_std[axis];
    return std > 0.0f ? sum / std : 0.0f;
}

LatentPoint latent_point(const Model *model, const float *frame)
{
    return (LatentPoint){along(model, 0, frame), along(model, 1, frame)};
}

// Adds the next point of the recording that is the reference. The audio thread alone changes which
// recording that is.
static void add_recorded(LatentTap *tap, const LatentOps *ops)
{
    const LatentCapture *capture = &ops->reference.capture;
    const size_t frames = capture->frames[capture->playing];
    if (!ops->reference.captured || frames == 0) {
        tap->recorded = tap->first_recorded = 0;
        return;
    }
    if (tap->recorded == TAP_POINTS) return; // nobody has taken them
    const size_t number = (size_t)(tap->first_recorded + tap->recorded) % TAP_RECORDED;
    const float *frame = latent_capture_at(capture, (int64_t)(number * frames / TAP_RECORDED));
    if (frame) tap->path_recorded[tap->recorded++] = latent_point(ops->model, frame);
}

static void show_memory(LatentTap *tap, const LatentOps *ops, const LatentSettings *settings)
{
    const double rate = ops->space.frame_rate;
    const LatentCapture *capture = &ops->reference.capture;
    const size_t whole = capture->frames[capture->playing];
    tap->captured = capture->recording ? (float)((double)capture->recorded / rate) : 0.0f;
    tap->reference = ops->reference.captured ? (float)((double)whole / rate) : 0.0f;
    tap->frozen = ops->freeze.active ? (float)((double)ops->freeze.length / rate) : 0.0f;
    tap->sounding = ops->freeze_sound.active;
    const bool alternates = settings->blend_mode == BLEND_ALTERNATE && settings->blend > 0.0f &&
                            (ops->reference.file || ops->reference.captured);
    tap->turn = !alternates                                   ? TURN_NONE
                : ops->blend.alternate.alternate_gain >= 0.5f ? TURN_REFERENCE
                                                              : TURN_INPUT;
}

void latent_tap_frame(LatentTap *tap, const LatentOps *ops, const LatentSettings *settings,
                      const float *before, const float *after)
{
    const Model *model = ops->model;
    const int channels = arch_latent_channels(&model->arch);
    tap->channels = channels < TAP_CHANNELS ? channels : TAP_CHANNELS;
    for (int c = 0; c < tap->channels; c++) {
        tap->before[c] = deviation(model, c, before[c]);
        tap->after[c] = deviation(model, c, after[c]);
    }
    if (tap->points == TAP_POINTS) {
        memmove(tap->path_before, tap->path_before + 1, (TAP_POINTS - 1) * sizeof(LatentPoint));
        memmove(tap->path_after, tap->path_after + 1, (TAP_POINTS - 1) * sizeof(LatentPoint));
        tap->points--;
    }
    tap->path_before[tap->points] = latent_point(model, before);
    tap->path_after[tap->points++] = latent_point(model, after);
    add_recorded(tap, ops);
    show_memory(tap, ops, settings);
}

void latent_tap_take(LatentTap *tap)
{
    tap->points = 0;
    tap->first_recorded = (tap->first_recorded + tap->recorded) % TAP_RECORDED;
    tap->recorded = 0;
}
