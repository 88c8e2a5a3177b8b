// stage.h: one layer of the network in a stream: takes the frames that have come and gives those
// that can be known from them. codec.h makes encoder and decoder of such.
//
// stage_init() and stage_layout() are for the time when memory is made; the rest is real-time safe.
// One thread at a time.
#ifndef TRASLUZ_STAGE_H
#define TRASLUZ_STAGE_H

#include "model/model.h"

#include <stddef.h>
#include <stdint.h>

#define STAGE_ENDLESS UINT64_MAX

// Frames are counted so that those behind the end of a signal of known length come out as the zeros
// that the next layer would have been padded with.
typedef struct {
    Layer layer;
    bool transposed;               // a strided layer of the decoder
    const PackedConvolution *conv; // of a residual block its `mix` stands behind it
    bool activated;                // an activation follows
    Activation kind;               // which; in a residual block, that between conv and mix
    uint64_t made;                 // frames that have come out
    uint64_t limit;                // frames that the whole signal gives
    float *buffer; // convolution: input frames from the next output's first on; transposed: sums
                   // under way; residual block: past input frames
    float *output; // frames given by the last call
    int held;      // frames in `buffer`, but for a transposed convolution
    int skip; // convolution: input frames to drop; transposed: output frames to drop, its padding
    int room; // residual block: frames that `buffer` holds
} Stage;

// Carves aligned arrays from one block; with no block it only counts.
typedef struct {
    unsigned char *block;
    size_t used; // bytes
} Carver;

// An array of so many floats; NULL with no block.
float *carve(Carver *carver, size_t values);

// The stage of a layer whose first convolution is *conv, in the decoder where `transposed`.
void stage_init(Stage *stage, const Layer *layer, bool transposed, const PackedConvolution *conv,
                bool activated, Activation kind);

// The most frames that come out for `frames` that go in.
int stage_output_max(const Stage *stage, int frames);

// Takes the stage's memory for calls of at most `frames` frames.
void stage_layout(Stage *stage, Carver *carver, int frames);

// Starts a signal of `frames` frames, or STAGE_ENDLESS; returns how many will come out in all.
uint64_t stage_reset(Stage *stage, uint64_t frames);

// Takes `count` frames; returns how many stand in stage->output.
int stage_process(Stage *stage, const float *in, int count);

// Takes over the state of another stage of the same layer.
void stage_copy(Stage *to, const Stage *from);

#endif
