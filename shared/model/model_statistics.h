// model_statistics.h: what a model knows of its latent beside the weights, and the list of these
// tensors: what they are called in the file, and their shapes. Plain values; any thread.
#ifndef TRASLUZ_MODEL_STATISTICS_H
#define TRASLUZ_MODEL_STATISTICS_H

#include "model/arch.h"

enum {
    MODEL_AXES = 4, // principal axes of a latent that a model has at most
    STATISTICS_MAX = 8,
};

// What was measured on the training set. The first two are needed, band_mean too if the front is a
// spectrum; the others may be NULL.
typedef struct {
    const float *mean, *std; // [latent channels]

    // The latent's principal axes: unit vectors in the latent's own units, [MODEL_AXES][latent
    // channels], and its deviation along each, [MODEL_AXES]. Both or neither; zeros for axes that a
    // small latent does not have.
    const float *axes, *axes_std;

    // Of spectra alone: the mean of each band's log level, the frame's level taken off, [bands];
    // and principal components of the bands as the network sees them, as many as the latent has
    // channels, over the frames of a latent frame: [latent channels][arch_network_hop()][bands].
    const float *band_mean, *pca;

    // Of spectra alone: the principal axes of the latent within pieces of music, each piece's mean
    // taken off, as unit vectors [latent channels][latent channels], and the deviation along each,
    // [latent channels]. Both or neither.
    const float *piece_axes, *piece_std;
} ModelStatistics;

typedef struct {
    const char *name; // in the file: "latent.mean"
    bool required;
    int rank;
    size_t shape[3];
    size_t values; // of the whole tensor
    size_t place;  // offset of the pointer in ModelStatistics
} Statistic;

// Lists the statistics that a model of this architecture can have, in the order of the file and of
// ModelStatistics. Returns how many there are.
int statistics_list(const Arch *arch, Statistic list[STATISTICS_MAX]);

// A statistic's array among all; NULL if there is none.
const float **statistic_values(ModelStatistics *statistics, const Statistic *statistic);

#endif
