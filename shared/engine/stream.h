// stream.h: the audio channels of an instance through front, encoder, latent operations, decoder
// and front at the model's rate: a sample out for each sample in, arch_delay() later, whatever the
// block lengths. The channels go through the network together, so that each weight is read once,
// and with them the latent as it was before the operations, while it differs: the difference of the
// two is what the operations do.
//
//     audio -> front -> encoder -> latent --+-> operations -> decoder: altered --+-> front -> audio
//                                           +---------------> decoder: clean ----+
//
// Create and free off the audio thread; the rest is real-time safe. One thread at a time.
#ifndef TRASLUZ_STREAM_H
#define TRASLUZ_STREAM_H

#include "engine/codec.h"
#include "front/front.h"
#include "latent/latent_ops.h"
#include "latent/latent_tap.h"

enum { STREAM_CHANNELS_MAX = 8 };

typedef struct Stream Stream;

// Returns the bytes that a stream of so many audio channels takes for samples and frames that
// wait. Allocates nothing.
size_t stream_bytes(const Model *model, int channels);

// Creates a stream; stream_free() frees it. The reference (from latent_loop()) may be NULL; model
// and reference must outlive the stream. The audio had `host_rate` Hz before it was resampled to
// the model's rate. NULL where memory is short.
Stream *stream_new(const Model *model, const Latent *reference, int channels, double host_rate);
void stream_free(Stream *stream);

// Starts a signal of `samples` samples, or CODEC_ENDLESS, with zeros before it in every layer, as
// the network was trained. With a known length, feeding `delay` more samples of anything brings
// out the rest.
void stream_reset(Stream *stream, uint64_t samples);

// Starts an endless signal whose next sample is number `hop` * frame, which may be negative, with
// silence before it. After codec_memory() samples of silence, encoder and decoder are in the state
// that endless silence leaves. The memory of the latent operations stays; frames before number
// `live` leave it as it is: see latent_ops_locate(). Nobody hears what belongs to the first
// `unheard` samples, it may be anything. They come before frame `live`, and work is done for them
// only as far as what comes later depends on it.
void stream_locate(Stream *stream, int64_t frame, int64_t live, uint64_t unheard);

// Does the same with nothing in the memory of the latent operations: see latent_ops_start().
void stream_start(Stream *stream, int64_t frame, int64_t live, uint64_t unheard);

// Keeps the memory of the latent operations as it is until the next stream_locate() or
// stream_start().
void stream_hold(Stream *stream);

// Returns the delay in samples.
int stream_delay(const Stream *stream);

// Returns how many latents the audio channels have: one each, or one together. Audio channel c has
// number c, or 0.
int stream_latents(const Stream *stream);

// Returns the operations on a latent, for their room and its recordings.
LatentOps *stream_ops(Stream *stream, int latent);

// Shows each latent frame of the first audio channel in the tap from now on; NULL: no more.
void stream_watch(Stream *stream, LatentTap *tap);

// Writes to out[c] what is added to the dry signal of audio channel c, which itself is taken by the
// share of front_dry_share(): it belongs to in[c][i - delay]. details[i] is the detail at each
// sample, 0 to 1; NULL, always or never between resets, is 0 throughout and saves the decoder of
// the clean latent. Any n; any output may be any input's memory.
void stream_process(Stream *stream, const LatentSettings *settings, const float *details,
                    const float *const *in, float *const *out, size_t n);

#endif
