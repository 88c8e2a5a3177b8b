// audio_encoder.h: audio to latent frames as a stream, for models of waveforms and of spectra: the
// engine's encoder, after the engine's analysis of a spectrum. The values do not depend on how the
// audio is cut. One thread at a time; making one allocates, the rest does not.
#ifndef TRASLUZ_AUDIO_ENCODER_H
#define TRASLUZ_AUDIO_ENCODER_H

#include "model/model.h"

enum { AUDIO_ENCODER_BLOCK = 64 }; // samples: the most that one call takes

typedef struct AudioEncoder AudioEncoder;

// Makes an encoder; the model must outlive it. The audio had `source_rate` Hz before it was
// resampled to the model's rate: bands of a spectrum that such a source leaves empty are at their
// mean, as in an engine whose host has this rate. NULL when memory is short.
AudioEncoder *audio_encoder_new(const Model *model, double source_rate);
void audio_encoder_free(AudioEncoder *encoder); // NULL is allowed

// Starts a signal of `samples` samples. Whatever is fed after them brings out the last frames.
void audio_encoder_reset(AudioEncoder *encoder, uint64_t samples);

// Returns the number of latent frames of such a signal.
uint64_t audio_encoder_frames(const Model *model, uint64_t samples);

// Returns the most latent frames that one call gives.
size_t audio_encoder_frames_max(const AudioEncoder *encoder);

// Latent frames, valid until the next call.
typedef struct {
    const float *values; // [count][channels]
    const float *levels; // [count], of a spectrum, see latent.h; NULL for samples
    size_t count;
} EncodedFrames;

// Encodes the next n <= AUDIO_ENCODER_BLOCK samples.
EncodedFrames audio_encoder_process(AudioEncoder *encoder, const float *samples, size_t n);

#endif
