// waveform_figure.h: what recordings look like: waveform above, spectrogram below, side by side, on
// the same scales. Drawn by gnuplot (see gnuplot.h). Blocks and allocates; any thread.
#ifndef TRASLUZ_WAVEFORM_FIGURE_H
#define TRASLUZ_WAVEFORM_FIGURE_H

#include "audio/sound.h"
#include "files/error.h"

enum { SOUND_PICTURE_MOST = 4 }; // recordings in one picture

typedef struct {
    const char *title;
    Sound sound; // of at least one sample
} PicturedSound;

// `path` ends in .png (or .svg, which would be large); `rate` in Hz, of all of them.
bool sound_picture(const char *path, const PicturedSound *sounds, size_t count, double rate,
                   Error *error);

#endif
