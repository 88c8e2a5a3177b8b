// codec.h: encoder and decoder as streams. Each takes frames as they come, in pieces of any
// length, and returns what can be known from them; the values do not depend on how the signal was
// cut. Zero padding lies before the signal's first frame, and after its last one where the length
// is known, in every layer, as the network was trained: the stream of a whole signal equals one
// batched pass over it.
//
// Both work on several lanes in step, signals that go through the same weights; see stream_layer.h.
// The encoder takes the frames of front.h, one value each where the front is samples, and gives
// latent frames; the decoder takes latent frames and gives those of the front.
//
// Create and free off the audio thread; *_process(), *_reset() and decoder_copy_lanes() are
// real-time safe. One thread at a time.
#ifndef TRASLUZ_CODEC_H
#define TRASLUZ_CODEC_H

#include "math/lane_frames.h"
#include "model/model.h"

#define CODEC_ENDLESS UINT64_MAX

enum { CODEC_BLOCK = 64 }; // frames: the most that one encoder_process() takes in each lane

// The size of a model's codec with `lanes` lanes.
typedef struct {
    size_t encoder, decoder; // bytes
    size_t latent_frames;    // the most that CODEC_BLOCK frames give
    size_t frames;           // the most that one latent frame gives
} CodecSize;

// Allocates nothing.
CodecSize codec_size(const Model *model, int lanes);

// Returns the samples that a latent frame looks back at most.
size_t codec_lookback(const Model *model);

// Returns the samples after which encoder and decoder are in the same state whatever came before.
size_t codec_memory(const Model *model);

typedef struct Encoder Encoder;
typedef struct Decoder Decoder;

// Return NULL where memory is short. The model must outlive them. Allocate.
Encoder *encoder_new(const Model *model, int lanes);
void encoder_free(Encoder *encoder);

// Starts a signal of `frames` frames in each lane, or CODEC_ENDLESS. Whatever is fed after the last
// one counts as zero padding.
void encoder_reset(Encoder *encoder, uint64_t frames);

// Writes the state that the last frames have left in a lane to state[]; returns how many values
// these are. NULL only counts them. For a network whose strides are 1 and an encoder that has taken
// as many frames as it remembers.
size_t encoder_save(const Encoder *encoder, float *state);

// Puts all lanes into the state that was saved, within a signal without end.
void encoder_load(Encoder *encoder, const float *state);

// Returns the most latent frames that one call with `frames` gives.
size_t encoder_frames_max(const Encoder *encoder, size_t frames);

// Encodes at most CODEC_BLOCK frames of each lane; returns the latent frames that they give, which
// last until the next call.
LaneFrames encoder_process(Encoder *encoder, LaneFrames in);

// Returns the frames after which an encoder is in the same state whatever came before.
size_t encoder_memory(const Encoder *encoder);

// Returns the frames before its own, the first of its hop, that a latent frame looks back on.
size_t encoder_lookback(const Encoder *encoder);

// Returns the latent frames that can be known from the first `frames` frames of a signal.
uint64_t encoder_known(const Encoder *encoder, uint64_t frames);

Decoder *decoder_new(const Model *model, int lanes);
void decoder_free(Decoder *decoder);

// Starts a signal of `frames` latent frames, or CODEC_ENDLESS. Whatever is fed after the last one
// counts as padding.
void decoder_reset(Decoder *decoder, uint64_t frames);

// Do as encoder_save() and encoder_load().
size_t decoder_save(const Decoder *decoder, float *state);
void decoder_load(Decoder *decoder, const float *state);

// Copies the state of lanes [0, count) to lanes [count, 2 count).
void decoder_copy_lanes(Decoder *decoder, int count);

// Returns the latent frames after which two lanes that were given the same ones are in the same
// state, whatever came before.
size_t decoder_memory(const Decoder *decoder);

// Returns the frames after its own, the first of its hop, up to which a latent frame is heard at
// most, and those before its own from which on it is.
size_t decoder_reach(const Decoder *decoder);
size_t decoder_lead(const Decoder *decoder);

// Returns the most frames that one latent frame gives.
size_t decoder_frames_max(const Decoder *decoder);

// Decodes one latent frame of each of the first `lanes` lanes, latent[lane][channels];
// returns what it gives, which lasts until the next call. A lane that was left out once
// starts again with decoder_copy_lanes().
LaneFrames decoder_process(Decoder *decoder, const float *latent, int lanes);

#endif
