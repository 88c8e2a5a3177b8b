#include "front/front.h"

#include "front/front_kinds.h"

#include <math.h>

static const FrontFunctions *functions_of(const Arch *arch)
{
    return arch->front.kind == FRONT_SPECTRUM ? &front_spectrum : &front_samples;
}

Front *front_new(const Model *model, int channels, double host_rate, size_t frames)
{
    return functions_of(&model->arch)->create(model, channels, host_rate, frames);
}

void front_free(Front *front)
{
    if (front) front->functions->free(front);
}

size_t front_bytes(const Model *model, int channels, size_t frames)
{
    return functions_of(&model->arch)->bytes(model, channels, frames);
}

int front_lanes(const Model *model, int channels)
{
    return model->arch.front.kind == FRONT_SAMPLES ? channels : 1;
}

float front_dry_share(const Model *model, float detail)
{
    return model->arch.front.kind == FRONT_SAMPLES ? detail : 1.0f;
}

double front_work(const Arch *arch, double rate)
{
    return functions_of(arch)->work(arch, rate);
}

double front_level(const Model *model)
{
    return model->arch.front.kind == FRONT_SAMPLES ? model->info.level : NAN;
}

void front_reset(Front *front)
{
    front_reset_unheard(front, 0, 0);
}

void front_reset_unheard(Front *front, uint64_t unheard, uint64_t missing)
{
    front->functions->reset(front, unheard, missing);
}

LaneFrames front_analyse(Front *front, const float *const *audio, const float *details, bool needed,
                         size_t *n)
{
    return front->functions->analyse(front, audio, details, needed, n);
}

bool front_silent(const Front *front)
{
    return front->functions->silent(front);
}

float front_frame_level(const Front *front)
{
    return front->functions->frame_level(front);
}

void front_synthesise(Front *front, const LaneFrames *altered, const LaneFrames *clean,
                      const FrontChange *change)
{
    front->functions->synthesise(front, altered, clean, change);
}

void front_read(Front *front, const float *details, float *const *audio, size_t n)
{
    front->functions->read(front, details, audio, n);
}
