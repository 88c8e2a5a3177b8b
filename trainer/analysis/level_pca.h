// level_pca.h: the statistics of a training set's log levels, measured before training: the mean of
// each band, and the principal axes of as many values per second as the latent has. They are the
// baseline that a spectral network has to beat, and where its linear path starts.
#ifndef TRASLUZ_LEVEL_PCA_H
#define TRASLUZ_LEVEL_PCA_H

#include "base/pool.h"
#include "data/frame_reader.h"
#include "model/arch.h"

typedef struct {
    size_t bands;
    size_t stacked;   // frames in a point: as many as a latent frame stands for
    size_t values;    // axes: the latent's channels
    float *band_mean; // [bands], of mean 0
    float *axis;      // [values][stacked * bands], orthonormal rows; NULL if there are no such axes
} LevelPca;

enum {
    LEVEL_PCA_MAX = 1024,     // values of a point
    LEVEL_PCA_WINDOWS = 4096, // that are measured
};

// Measures, by readers of that setup, whose band means are not used, at most LEVEL_PCA_WINDOWS
// windows of the training split, spread evenly over it; silent frames do not count. The
// architecture has a spectrum. Axes are left out where the latent has more values than a point, or
// a point more than LEVEL_PCA_MAX. The result does not depend on the number of threads. Prints its
// progress on standard error. Allocates; the caller frees it, also on error.
bool level_pca_fit(LevelPca *pca, const FrameReaderSetup *frames, const Dataset *dataset,
                   Pool *pool, Error *error);
void level_pca_free(LevelPca *pca);

// Returns the sum of squared errors when `stacked` frames x[stacked][bands] are coded by axes
// axis[values][stacked * bands].
double level_pca_error(const float *axis, size_t values, size_t size, const float *x);

#endif
