// stream_layer.h: one layer of the network in a stream: takes frames as they come and returns those
// that can be known from them. codec.h makes encoder and decoder of such layers.
//
// A layer works on several lanes at once: signals that go through the same weights in step, such as
// audio channels. Their frames are one product, so that each weight is read once; what comes out of
// a lane does not depend on the others.
//
// stream_layer_init() and stream_layer_layout() are for the time when memory is allocated; the rest
// is real-time safe. One thread at a time.
#ifndef TRASLUZ_STREAM_LAYER_H
#define TRASLUZ_STREAM_LAYER_H

#include "math/arena.h"
#include "math/lane_frames.h"
#include "model/model.h"

#include <stddef.h>
#include <stdint.h>

#define STREAM_ENDLESS UINT64_MAX

// The counts are the same for all lanes. Frames are counted so that those after the end of a signal
// of known length come out as zeros, the padding that the next layer was trained with.
typedef struct {
    Layer layer;
    bool transposed;               // a strided layer of the decoder
    const PackedConvolution *conv; // a residual block's `mix` follows it
    bool activated;                // an activation follows
    Activation activation;         // which; in a residual block, the one between conv and mix
    uint64_t frames_out;           // frames that have come out
    uint64_t frames_total;         // frames that the whole signal gives
    int lanes;                     // room for so many
    size_t buffer_step;            // values from one lane to the next in `buffer`
    size_t output_step;            // the same in `output`
    // Convolution: input frames from the next output's first on; transposed: sums not yet complete;
    // residual block: past input frames.
    float *buffer;
    float *output; // frames that the last call returned
    float *hidden; // residual block: of conv, [frames][lanes][columns]
    float *mixed;  // the same of mix
    int buffered;  // frames in `buffer`, except for a transposed convolution
    int skip; // convolution: input frames to drop; transposed: output frames to drop, the padding
    int room; // residual block: frames that `buffer` holds
} StreamLayer;

// Fills in the layer whose first convolution is *conv, in the decoder where `transposed`.
void stream_layer_init(StreamLayer *stream, const Layer *layer, bool transposed,
                       const PackedConvolution *conv, bool activated, Activation activation);

// Returns the most frames that come out for `frames` that go in.
int stream_layer_output_max(const StreamLayer *stream, int frames);

// Takes memory from the arena for calls of at most `frames` frames of at most `lanes` lanes.
void stream_layer_layout(StreamLayer *stream, Arena *arena, int lanes, int frames);

// Starts a signal of `frames` frames, or STREAM_ENDLESS, in all lanes; returns how many will come
// out in all.
uint64_t stream_layer_reset(StreamLayer *stream, uint64_t frames);

// Takes the frames of the first in.lanes lanes; returns those that come out, in
// stream->output, which last until the next call. A lane that was left out once starts
// again with stream_layer_copy_lanes().
LaneFrames stream_layer_process(StreamLayer *stream, LaneFrames in);

// Copies the state of lanes [0, count) to lanes [count, 2 count).
void stream_layer_copy_lanes(StreamLayer *stream, int count);

// Writes what a lane remembers of past frames to state[]; returns how many values these are. For a
// layer of stride 1 that has taken at least so many frames. NULL only counts them, at any time.
size_t stream_layer_save(const StreamLayer *stream, float *state);

// Puts all lanes into the state that was saved; returns its values.
size_t stream_layer_load(StreamLayer *stream, const float *state);

#endif
