// spectral_loss.h: the distance of two sounds to the ear: the L1 distance of their
// spectral magnitudes and of the logarithms of these, at several resolutions (Engel et al., "DDSP:
// differentiable digital signal processing", ICLR 2020, section 3.2). L1 and a floor under the
// logarithm bound the gradient, in silence too. One thread at a time for each SpectralLoss.
#ifndef TRASLUZ_SPECTRAL_LOSS_H
#define TRASLUZ_SPECTRAL_LOSS_H

#include <stddef.h>

// The transforms' sizes in samples. Each has a Hann window that advances by a quarter of its
// length, and stays within the sound.
enum { SPECTRAL_SIZES = 3, SPECTRAL_SIZE_MIN = 128 };
extern const int spectral_size[SPECTRAL_SIZES];

// Added to each magnitude in power, where 1 is a sine of full scale.
#define SPECTRAL_FLOOR 1e-3

typedef struct SpectralLoss SpectralLoss;

// Makes the loss of sounds of n samples, at least SPECTRAL_SIZE_MIN; sizes above n are left out.
// Allocates; NULL when memory is short.
SpectralLoss *spectral_loss_new(size_t n);
void spectral_loss_free(SpectralLoss *loss);

// Returns the mean over the sizes of the mean over all frames and bins of |M' - M| + |log M' - log
// M|, where M' is the output's and M the audio's. Adds `weight` times the derivative by each output
// sample to gradient[0, n), unless NULL.
double spectral_loss(SpectralLoss *loss, const float *output, const float *audio, double weight,
                     float *gradient);

#endif
