// spectrogram_png.h: draws a spectrogram as a PNG in memory (libpng). Any thread; allocates.
#ifndef TRASLUZ_SPECTROGRAM_PNG_H
#define TRASLUZ_SPECTROGRAM_PNG_H

#include "audio/spectrogram.h"

// Draws one pixel for each frame and bin, time to the right, high frequencies at the top; colours
// from `low` to `high` dB. The caller frees the bytes; NULL on error.
unsigned char *spectrogram_png(const Spectrogram *spectrogram, float low, float high, size_t *size,
                               Error *error);

#endif
