#include "latent/latent_moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_LEVEL (-13.5f) // log amplitude: -117 dB; silent frames have -120 dB

bool latent_moments_init(LatentMoments *moments, const LatentSpace *space)
{
    *moments = (LatentMoments){0};
    if (!space->piece_axes) return true;
    moments->sum = calloc((size_t)space->channels, sizeof(double));
    moments->square = calloc((size_t)space->channels, sizeof(double));
    return moments->sum && moments->square;
}

void latent_moments_free(LatentMoments *moments)
{
    free(moments->sum);
    free(moments->square);
}

void latent_moments_reset(LatentMoments *moments, const LatentSpace *space)
{
    moments->frames = 0;
    if (!space->piece_axes) return;
    memset(moments->sum, 0, (size_t)space->channels * sizeof(double));
    memset(moments->square, 0, (size_t)space->channels * sizeof(double));
}

void latent_moments_project(const LatentSpace *space, const float *values, float *along)
{
    const float *axis = space->piece_axes;
    for (int c = 0; c < space->channels; c++, axis += space->channels) {
        float sum = 0.0f;
        for (int d = 0; d < space->channels; d++) sum += axis[d] * (values[d] - space->mean[d]);
        along[c] = sum;
    }
}

void latent_moments_add(LatentMoments *moments, const LatentSpace *space, const float *along)
{
    for (int c = 0; c < space->channels; c++)
        if (!isfinite(along[c])) return;
    for (int c = 0; c < space->channels; c++) {
        moments->sum[c] += (double)along[c];
        moments->square[c] += (double)along[c] * (double)along[c];
    }
    moments->frames++;
}

void latent_moments_add_latent(LatentMoments *moments, const Model *model, const Latent *latent,
                               size_t from)
{
    const LatentSpace space = latent_space_of(model);
    float along[ARCH_CHANNELS_MAX];
    if (!space.piece_axes) return;
    for (size_t t = from; t < latent->frames; t++) {
        if (latent->levels && latent->levels[t] < SILENT_LEVEL) continue;
        latent_moments_project(&space, latent->values + t * (size_t)latent->channels, along);
        latent_moments_add(moments, &space, along);
    }
}

void latent_moments_merge(LatentMoments *moments, const LatentSpace *space,
                          const LatentMoments *other)
{
    moments->frames += other->frames;
    for (int c = 0; c < space->channels; c++) {
        moments->sum[c] += other->sum[c];
        moments->square[c] += other->square[c];
    }
}

double latent_moments_mean(const LatentMoments *moments, int c)
{
    return moments->sum[c] / (double)moments->frames;
}

double latent_moments_std(const LatentMoments *moments, int c)
{
    const double mean = latent_moments_mean(moments, c);
    return sqrt(fmax(0.0, moments->square[c] / (double)moments->frames - mean * mean));
}
