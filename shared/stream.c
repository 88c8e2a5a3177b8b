#include "stream.h"

#include <stdlib.h>

// Decoded samples wait in `ready` until they are due. The signal's first sample is due when sample
// `delay` goes in.
struct Stream {
    Encoder *encoder;
    Decoder *decoder;
    LatentOps ops;
    int channels; // of the latent
    int delay;
    uint64_t fed;     // samples
    uint64_t samples; // in the signal
    float *latent;    // [frames that one block can give][channels]
    float *decoded;   // [samples that one frame can give]
    float *ready;     // a ring
    size_t ready_size, ready_head, ready_count;
};

Stream *stream_new(const Model *model, const Latent *reference, uint32_t audio_channel)
{
    Stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    const Arch *arch = &model->arch;
    stream->channels = arch_latent_channels(arch);
    stream->delay = arch_delay(arch);
    stream->encoder = encoder_new(model);
    stream->decoder = decoder_new(model);
    const bool ops_made = latent_ops_init(&stream->ops, model, reference, audio_channel);
    if (stream->encoder && stream->decoder && ops_made) {
        const size_t frames = encoder_frames_max(stream->encoder, CODEC_BLOCK);
        stream->latent = malloc(frames * (size_t)stream->channels * sizeof(float));
        // What waits is less than the delay and what one block adds.
        stream->ready_size = (size_t)stream->delay + CODEC_BLOCK +
                             (frames + 1) * decoder_samples_max(stream->decoder);
        stream->ready = malloc(stream->ready_size * sizeof(float));
        stream->decoded = malloc(decoder_samples_max(stream->decoder) * sizeof(float));
    }
    if (stream->latent && stream->decoded && stream->ready) {
        stream_reset(stream, CODEC_ENDLESS);
        return stream;
    }
    stream_free(stream);
    return NULL;
}

void stream_free(Stream *stream)
{
    if (!stream) return;
    encoder_free(stream->encoder);
    decoder_free(stream->decoder);
    latent_ops_free(&stream->ops);
    free(stream->latent);
    free(stream->decoded);
    free(stream->ready);
    free(stream);
}

void stream_reset(Stream *stream, uint64_t samples)
{
    const uint64_t frames = samples == CODEC_ENDLESS
                                ? CODEC_ENDLESS
                                : arch_latent_frames(&stream->ops.model->arch, samples);
    encoder_reset(stream->encoder, samples);
    decoder_reset(stream->decoder, frames);
    latent_ops_reset(&stream->ops);
    stream->fed = 0;
    stream->samples = samples;
    stream->ready_head = stream->ready_count = 0;
}

int stream_delay(const Stream *stream)
{
    return stream->delay;
}

static void ready_push(Stream *stream, const float *audio, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t at = stream->ready_head + stream->ready_count++;
        stream->ready[at < stream->ready_size ? at : at - stream->ready_size] = audio[i];
    }
}

// The next due sample.
static float ready_pop(Stream *stream)
{
    if (stream->ready_count == 0) return 0.0f; // behind the end of a signal
    const float sample = stream->ready[stream->ready_head];
    stream->ready_count--;
    if (++stream->ready_head == stream->ready_size) stream->ready_head = 0;
    return sample;
}

static void process_block(Stream *stream, const LatentSettings *settings, const float *audio_in,
                          float *audio_out, size_t n)
{
    const size_t frames = encoder_process(stream->encoder, audio_in, n, stream->latent);
    latent_ops_process(&stream->ops, settings, stream->latent, frames);
    for (size_t t = 0; t < frames; t++) {
        const float *frame = stream->latent + t * (size_t)stream->channels;
        const size_t samples = decoder_process(stream->decoder, frame, stream->decoded);
        ready_push(stream, stream->decoded, samples);
    }
    for (size_t i = 0; i < n; i++, stream->fed++)
        audio_out[i] = stream->fed < (uint64_t)stream->delay ? 0.0f : ready_pop(stream);
}

void stream_process(Stream *stream, const LatentSettings *settings, const float *audio_in,
                    float *audio_out, size_t n)
{
    while (n > 0) {
        const size_t block = n < CODEC_BLOCK ? n : CODEC_BLOCK;
        process_block(stream, settings, audio_in, audio_out, block);
        audio_in += block;
        audio_out += block;
        n -= block;
    }
}
