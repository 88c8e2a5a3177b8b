// stream.h: one audio channel through encoder, latent operations and decoder at the model's rate: a
// sample out for each sample in, arch_delay() later, whatever the block lengths. Beside what the
// altered latent gives, the stream can tell what the latent as it was would have given: the
// difference is what the latent operations do.
//
// Made and freed off the audio thread; the rest is real-time safe. One thread at a time.
#ifndef TRASLUZ_STREAM_H
#define TRASLUZ_STREAM_H

#include "engine/codec.h"
#include "latent/latent_ops.h"

typedef struct Stream Stream;

// Memory that a stream of the model takes for what has come and waits, in bytes. Allocates nothing.
size_t stream_bytes(const Model *model);

// The reference (from latent_loop()) may be NULL; model and reference must outlive the stream.
// `audio_channel` decides the noise, together with the seed. NULL where memory is short.
Stream *stream_new(const Model *model, const Latent *reference, uint32_t audio_channel);
void stream_free(Stream *stream);

// Starts a signal of `samples` samples, or CODEC_ENDLESS. With a known length, feeding `delay` more
// samples of anything brings out the rest.
void stream_reset(Stream *stream, uint64_t samples);

// Starts an endless signal whose next sample is number `hop` * frame, with zeros before it. What
// the latent operations remember stays.
void stream_locate(Stream *stream, uint64_t frame);

// Delay in samples.
int stream_delay(const Stream *stream);

// The recording of the latent operations.
LatentCapture *stream_capture(Stream *stream);

// altered[i] and clean[i] are the decoded signal at audio_in[i - delay], from the latent after and
// before the operations; they do not overlap each other, but `altered` may be audio_in. Any n.
// `clean` may be NULL, always or never between resets.
void stream_process(Stream *stream, const LatentSettings *settings, const float *audio_in,
                    float *altered, float *clean, size_t n);

#endif
