// spectrogram_png.h: a spectrogram as a picture, PNG in memory (libpng). Any thread; allocates.
#ifndef TRASLUZ_SPECTROGRAM_PNG_H
#define TRASLUZ_SPECTROGRAM_PNG_H

#include "audio/spectrogram.h"

// One pixel for each frame and bin, time to the right, high frequencies above; colours from `low`
// to `high` dB. The caller frees the bytes; NULL on error.
unsigned char *spectrogram_png(const Spectrogram *spectrogram, float low, float high, size_t *size,
                               Error *error);

#endif
