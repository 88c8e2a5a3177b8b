// spectrogram.h: the short-time Fourier transform of a signal as levels (kissfft): what pictures of
// sound are drawn from. One thread at a time for each Spectrogram; making one allocates.
#ifndef TRASLUZ_SPECTROGRAM_H
#define TRASLUZ_SPECTROGRAM_H

#include "files/error.h"

#include <stddef.h>

#define SPECTROGRAM_FLOOR (-120.0f) // dB: what is softer, silence too, has this level

// Frame t is centred on sample t * hop; bin b is at b / size of the sample rate.
typedef struct {
    size_t size, hop; // of the transform and from frame to frame, in samples
    size_t frames;    // samples / hop + 1
    size_t bins;      // size / 2 + 1
    float *level;     // [frames][bins] dB; 0 is a sine of full scale in the middle of its bin
} Spectrogram;

// Transforms audio[0, samples) under a Hann window of `size` samples, an even number; silence
// stands before and behind the signal. On success the caller ends it with spectrogram_free().
bool spectrogram_make(Spectrogram *spectrogram, const float *audio, size_t samples, size_t size,
                      size_t hop, Error *error);
void spectrogram_free(Spectrogram *spectrogram);

#endif
