// spectrogram.h: the short-time Fourier transform of a signal as levels (kissfft), for pictures and
// features. One thread at a time for each Spectrogram; spectrogram_make() allocates.
#ifndef TRASLUZ_SPECTROGRAM_H
#define TRASLUZ_SPECTROGRAM_H

#include "files/error.h"

#include <stddef.h>

#define SPECTROGRAM_FLOOR (-120.0f) // dB: the level of everything softer, silence included

// Frame t is centred on sample t * hop; bin b is at b / size of the sample rate.
typedef struct {
    size_t size, hop; // samples: length of the transform, distance between frames
    size_t frames;    // samples / hop + 1
    size_t bins;      // size / 2 + 1
    float *level;     // [frames][bins] dB; 0 dB is a full-scale sine in the middle of its bin
} Spectrogram;

// Transforms audio[0, samples) with a Hann window of `size` samples, an even number. The signal is
// taken as zero outside. On success the caller frees it with spectrogram_free().
bool spectrogram_make(Spectrogram *spectrogram, const float *audio, size_t samples, size_t size,
                      size_t hop, Error *error);
void spectrogram_free(Spectrogram *spectrogram);

#endif
