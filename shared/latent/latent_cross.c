#include "latent/latent_cross.h"

#include <math.h>
#include <stdlib.h>

#define HALF_SECONDS 0.01 // of the triangular window

#define LOWEST 1e-3f // level that the reference is taken to have at least, in standard deviations

static bool rhythm_init(LatentRhythm *rhythm, const LatentSpace *space)
{
    const bool first = latent_level_init(&rhythm->first, space, HALF_SECONDS);
    const bool level = latent_level_init(&rhythm->level, space, HALF_SECONDS);
    rhythm->values = malloc((size_t)space->channels * sizeof(float));
    return first && level && rhythm->values;
}

static void rhythm_free(LatentRhythm *rhythm)
{
    latent_level_free(&rhythm->first);
    latent_level_free(&rhythm->level);
    free(rhythm->values);
}

static void rhythm_locate(LatentRhythm *rhythm, const LatentSpace *space, int64_t frame)
{
    latent_level_locate(&rhythm->first, space, frame);
    latent_level_locate(&rhythm->level, space, frame);
}

static const float *rhythm_frame(LatentRhythm *rhythm, const LatentSpace *space,
                                 const float *values)
{
    const float *first = latent_level_frame(&rhythm->first, space, values);
    for (int c = 0; c < space->channels; c++) rhythm->values[c] = space->silence[c] + first[c];
    return latent_level_frame(&rhythm->level, space, rhythm->values);
}

bool latent_cross_init(LatentCross *cross, const LatentSpace *space)
{
    const bool input = rhythm_init(&cross->input, space);
    const bool reference = rhythm_init(&cross->reference, space);
    cross->values = malloc((size_t)space->channels * sizeof(float));
    return input && reference && cross->values;
}

void latent_cross_free(LatentCross *cross)
{
    rhythm_free(&cross->input);
    rhythm_free(&cross->reference);
    free(cross->values);
}

void latent_cross_locate(LatentCross *cross, const LatentSpace *space, int64_t frame)
{
    rhythm_locate(&cross->input, space, frame);
    rhythm_locate(&cross->reference, space, frame);
}

const float *latent_cross_frame(LatentCross *cross, const LatentSpace *space, const float *input,
                                const float *reference)
{
    const float *in = rhythm_frame(&cross->input, space, input);
    const float *own = rhythm_frame(&cross->reference, space, reference);
    // A latent without level has no rhythm to give: the frame's own loudness carries it.
    if (space->level_apart) return reference;
    for (int c = 0; c < space->channels; c++) {
        const float lowest = LOWEST * space->std[c], centre = space->silence[c];
        const float gain = own[c] > lowest ? in[c] / own[c] : lowest > 0.0f ? in[c] / lowest : 0.0f;
        cross->values[c] = centre + gain * (reference[c] - centre);
    }
    return cross->values;
}
