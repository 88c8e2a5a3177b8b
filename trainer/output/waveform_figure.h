// waveform_figure.h: draws recordings side by side on the same scales, the waveform above and the
// spectrogram below (see gnuplot.h). Blocks and allocates; any thread.
#ifndef TRASLUZ_WAVEFORM_FIGURE_H
#define TRASLUZ_WAVEFORM_FIGURE_H

#include "audio/sound.h"
#include "files/error.h"

enum { WAVEFORM_FIGURE_SOUNDS = 4 }; // recordings in one picture

typedef struct {
    const char *title;
    Sound sound; // of at least one sample
} FigureSound;

// Draws the recordings. `path` ends with .png (or .svg, which is large); `rate` in Hz, of all.
bool waveform_figure(const char *path, const FigureSound *sounds, size_t count, double rate,
                     Error *error);

#endif
