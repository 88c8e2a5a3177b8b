// frame_reader.h: windows of a dataset as the frames that a network reads: the samples themselves,
// or the log levels of a spectrum's bands, by the same code as the engine (front/analysis.h). A
// FrameReader belongs to one thread at a time; making one allocates, reading does not.
#ifndef TRASLUZ_FRAME_READER_H
#define TRASLUZ_FRAME_READER_H

#include "data/level_cache.h"

// The frames of a window, valid until the next read.
typedef struct {
    size_t frames, inputs;
    float *values;      // [frames][inputs]; the reader's, may be changed
    const float *level; // [frames]: the frames' own levels, natural logarithms; NULL for samples
    const bool *silent; // [frames]; NULL for samples
} WindowFrames;

typedef struct {
    const Arch *arch;
    double rate;             // Hz
    size_t window;           // samples
    const float *band_mean;  // [bands], of a spectrum; NULL for samples, or for zeros
    const LevelCache *cache; // of a spectrum; may be NULL or empty
} FrameReaderSetup;

typedef struct FrameReader FrameReader;

// Makes a reader; what the setup points to must outlive it. NULL when memory is short.
FrameReader *frame_reader_new(const FrameReaderSetup *setup);
void frame_reader_free(FrameReader *reader); // NULL is allowed

// Reads a window, its audio times `gain`. Outside the clip the audio is 0. A spectrum's
// windows start at whole hops of the clip, at most a hop early; their first frames see the
// audio before the window.
WindowFrames frame_reader_read(FrameReader *reader, const Dataset *dataset, Window window,
                               float gain);

// Reads the audio of a window, [window].
const float *frame_reader_audio(FrameReader *reader, const Dataset *dataset, Window window);

#endif
