// stream.h: one audio channel through encoder, latent operations and decoder at the model's rate: a
// sample out for each sample in, arch_delay() later, whatever the block lengths.
//
// Made and freed off the audio thread; stream_process() and stream_reset() are real-time safe. One
// thread at a time.
#ifndef TRASLUZ_STREAM_H
#define TRASLUZ_STREAM_H

#include "codec.h"
#include "latent_ops.h"

typedef struct Stream Stream;

// The reference (from latent_loop()) may be NULL; model and reference must outlive the stream.
// `audio_channel` decides the noise, together with the seed. NULL where memory is short.
Stream *stream_new(const Model *model, const Latent *reference, uint32_t audio_channel);
void stream_free(Stream *stream);

// Starts a signal of `samples` samples, or CODEC_ENDLESS. With a known length, feeding `delay` more
// samples of anything brings out the rest.
void stream_reset(Stream *stream, uint64_t samples);

// Delay in samples.
int stream_delay(const Stream *stream);

// audio_out[i] is the decoded signal at audio_in[i - delay]; the two may be the same memory. Any n.
void stream_process(Stream *stream, const LatentSettings *settings, const float *audio_in,
                    float *audio_out, size_t n);

#endif
