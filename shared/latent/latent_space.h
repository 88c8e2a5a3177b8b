// latent_space.h: what the latent operations need to know of a model's latent: its size, its rate
// and its statistics. The operations see a latent through this alone and never ask which model made
// it. Plain memory, owned by the model; real-time safe.
#ifndef TRASLUZ_LATENT_SPACE_H
#define TRASLUZ_LATENT_SPACE_H

#include "model/model.h"

#include <stdbool.h>

#define LATENT_FADE_SECONDS 0.05 // of a seam, and of each change that would otherwise be a step

typedef struct {
    int channels;      // of the latent
    int values;        // per frame: the channels and, of a spectrum, the frame's level after them
    double frame_rate; // Hz
    size_t fade;       // LATENT_FADE_SECONDS in frames
    const float *mean; // [channels], over the training music
    const float *std;  // [channels], standard deviation, likewise
    const float *silence; // [channels]: what endless silence gives; the mean where it is not known
    // [channels][channels]: a steady shift x of the latent gives a sound of mean square x' L x.
    // NULL where it is not known.
    const float *loudness;
    bool level_apart; // the latent is that of a spectrum: the same at any level
    // Of spectra, as ModelStatistics has them; NULL where there are none.
    const float *axes, *axes_std;
    const float *piece_axes, *piece_std;
} LatentSpace;

// Describes the latent of a model, which must outlive the result.
LatentSpace latent_space_of(const Model *model);

#endif
