// codec.h: encoder and decoder as streams. Each takes what has come, in pieces of any length, and
// gives what can be known from it; the values do not depend on how the signal was cut. Zero padding
// stands before the signal's first sample, and behind its last one where the length is known, in
// every layer, as the network was trained: the stream of a whole signal equals one batched pass
// over it.
//
// Objects are made and freed off the audio thread; *_process() and *_reset() are real-time safe.
// One thread at a time.
#ifndef TRASLUZ_CODEC_H
#define TRASLUZ_CODEC_H

#include "model/model.h"

#define CODEC_ENDLESS UINT64_MAX

enum { CODEC_BLOCK = 64 }; // samples: the most that one encoder_process() takes

// What the codec of a model takes.
typedef struct {
    size_t encoder, decoder; // bytes
    size_t frames;           // the most that one block of CODEC_BLOCK samples gives
    size_t samples;          // the most that one frame gives
} CodecSize;

// Allocates nothing.
CodecSize codec_size(const Model *model);

typedef struct Encoder Encoder;
typedef struct Decoder Decoder;

// NULL where memory is short. The model must outlive it.
Encoder *encoder_new(const Model *model);
void encoder_free(Encoder *encoder);

// Starts a signal of `samples` samples, or CODEC_ENDLESS. Whatever is fed after the last one counts
// as zero padding.
void encoder_reset(Encoder *encoder, uint64_t samples);

// The most frames that one call with `samples` gives.
size_t encoder_frames_max(const Encoder *encoder, size_t samples);

// Encodes audio[0, samples), samples <= CODEC_BLOCK; writes latent[frames][channels] and returns
// the frames.
size_t encoder_process(Encoder *encoder, const float *audio, size_t samples, float *latent);

Decoder *decoder_new(const Model *model);
void decoder_free(Decoder *decoder);

// Starts a signal of `frames` latent frames, or CODEC_ENDLESS. Whatever is fed after the last one
// counts as padding.
void decoder_reset(Decoder *decoder, uint64_t frames);

// Takes over the state of another decoder of the same model.
void decoder_copy(Decoder *to, const Decoder *from);

// Frames after which two decoders that were given the same ones are in the same state, whatever
// came before.
size_t decoder_memory(const Decoder *decoder);

// The most samples that one latent frame gives.
size_t decoder_samples_max(const Decoder *decoder);

// Decodes one latent frame; returns the samples written to audio.
size_t decoder_process(Decoder *decoder, const float *latent, float *audio);

#endif
