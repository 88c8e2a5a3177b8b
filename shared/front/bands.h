// bands.h: the bands of a spectrum: triangles that sum to 1 at each bin, at least one bin apart at
// low frequencies and evenly spaced on the mel scale above. Levels are measured with them, and
// gains interpolated. Below the first centre and above the last one there is one band alone.
//
// bands_init() is for the time of creation; the rest is real-time safe. Read-only after that: any
// number of threads.
#ifndef TRASLUZ_BANDS_H
#define TRASLUZ_BANDS_H

#include "math/arena.h"
#include "model/arch.h"

// A bin of a spectrum, in kissfft's order.
typedef struct {
    float re, im;
} Bin;

typedef struct {
    int bands, bins;
    int measured; // bins that are measured: what lies above depends on the host's rate
    int *band;    // [bins]: the lower of a bin's two bands; at most bands - 2
    float *share; // [bins]: of the upper of them; the lower one has the rest
    float *scale; // [bands]: 1 / sum of its weights over the measured bins
} Bands;

// Takes the memory for a front's bands.
void bands_layout(Bands *bands, const ArchFront *front, Arena *arena);

// Fills it, for a model's rate in Hz.
void bands_init(Bands *bands, const ArchFront *front, double rate);

// Returns how many of the bands, from the lowest up, lie wholly below `limit` Hz.
int bands_below(const ArchFront *front, double rate, double limit);

// Adds the mean power that each band has in a spectrum of `bins` bins to power[bands].
void bands_add_power(const Bands *bands, const Bin *spectrum, float *power);

// No gain is below this; its factor is 0 in audio.
#define BANDS_GAIN_MIN (-80.0f)

// Interpolates a gain for each band, as natural logarithms, to the factor for each bin less 1,
// change[bins]: exp(interpolated gain) - 1. No gain is exactly no change.
void bands_interpolate(const Bands *bands, const float *gains, float *change);

#endif
