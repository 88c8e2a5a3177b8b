// frame_reader.h: windows of a dataset as the frames that a network reads: the samples themselves,
// or the log levels of a spectrum's bands, by the same code as the engine (front/analysis.h). A
// FrameReader belongs to one thread at a time; making one allocates, reading does not.
#ifndef TRASLUZ_FRAME_READER_H
#define TRASLUZ_FRAME_READER_H

#include "data/dataset.h"
#include "model/arch.h"

// The frames of a window, valid until the next read.
typedef struct {
    size_t frames, inputs;
    float *values;      // [frames][inputs]; the reader's, may be changed
    const float *level; // [frames]: the frames' own levels, natural logarithms; NULL for samples
    const bool *silent; // [frames]; NULL for samples
    const float *audio; // [window]
} WindowFrames;

typedef struct FrameReader FrameReader;

// Makes a reader for windows of `window` samples at `rate` Hz. band_mean[bands] belongs to the
// spectrum; NULL for samples, or for zeros. NULL when memory is short.
FrameReader *frame_reader_new(const Arch *arch, double rate, size_t window, const float *band_mean);
void frame_reader_free(FrameReader *reader); // NULL is allowed

// Reads a window, its audio times `gain`. Outside the clip the audio is 0. The first frames of a
// spectrum see the audio before the window.
WindowFrames frame_reader_read(FrameReader *reader, const Dataset *dataset, Window window,
                               float gain);

#endif
