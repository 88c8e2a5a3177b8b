#include "front/front.h"

#include "front/front_kinds.h"

static const FrontFunctions *functions_of(const Model *model)
{
    (void)model;
    return &front_samples;
}

Front *front_new(const Model *model, int channels, size_t frames)
{
    return functions_of(model)->create(model, channels, frames);
}

void front_free(Front *front)
{
    if (front) front->functions->free(front);
}

size_t front_bytes(const Model *model, int channels, size_t frames)
{
    return functions_of(model)->bytes(model, channels, frames);
}

int front_lanes(const Model *model, int channels)
{
    return model->arch.front.kind == FRONT_SAMPLES ? channels : 1;
}

float front_dry_share(const Model *model, float detail)
{
    return model->arch.front.kind == FRONT_SAMPLES ? detail : 1.0f;
}

void front_reset(Front *front)
{
    front->functions->reset(front);
}

LaneFrames front_analyse(Front *front, const float *const *audio, const float *details, size_t *n)
{
    return front->functions->analyse(front, audio, details, n);
}

bool front_silent(const Front *front)
{
    return front->functions->silent(front);
}

void front_synthesise(Front *front, const LaneFrames *altered, const LaneFrames *clean)
{
    front->functions->synthesise(front, altered, clean);
}

void front_read(Front *front, const float *details, float *const *audio, size_t n)
{
    front->functions->read(front, details, audio, n);
}
