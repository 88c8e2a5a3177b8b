#include "analysis/pooled_latents.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    double mean, deviation;
} Moments;

// Returns those of the n values value[0], value[step], …, in two passes.
static Moments moments_of(const double *value, size_t n, size_t step)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) sum += value[i * step];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) squares += (value[i * step] - mean) * (value[i * step] - mean);
    return (Moments){mean, sqrt(squares / (double)n)};
}

// Writes row[2 channels] of one clip; frame[frames] is scratch.
static void pool_clip(const LatentSet *set, const float *values, double *frame, double *row)
{
    for (size_t c = 0; c < set->channels; c++) {
        for (size_t t = 0; t < set->frames; t++) frame[t] = (double)values[c * set->frames + t];
        const Moments moments = moments_of(frame, set->frames, 1);
        row[c] = moments.mean;
        row[set->channels + c] = moments.deviation;
    }
}

double *pooled_latents(const LatentSet *set, const size_t *clip, size_t count)
{
    const size_t columns = 2 * set->channels;
    double *pooled = malloc((count * columns + 1) * sizeof *pooled);
    double *frame = malloc((set->frames + 1) * sizeof *frame);
    if (!pooled || !frame) {
        free(pooled);
        free(frame);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        pool_clip(set, set->clip[clip[i]].values, frame, pooled + i * columns);
    for (size_t k = 0; k < columns; k++) {
        const Moments moments = moments_of(pooled + k, count, columns);
        // What rounding leaves of a constant is no deviation.
        const bool constant = moments.deviation <= 1e-9 * fabs(moments.mean);
        for (size_t i = 0; i < count; i++) {
            double *value = &pooled[i * columns + k];
            *value = constant ? 0.0 : (*value - moments.mean) / moments.deviation;
        }
    }
    free(frame);
    return pooled;
}
