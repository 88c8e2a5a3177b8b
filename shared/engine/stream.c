#include "engine/stream.h"

#include "math/fifo.h"

#include <stdlib.h>
#include <string.h>

// The signal's first sample is due when sample `delay` goes in.
struct Stream {
    Encoder *encoder;
    Decoder *decoder;
    Decoder *clean_decoder; // of the latent as it was, while it differs
    bool apart;             // it has differed lately: both decoders run
    size_t alike;           // frames since it last did
    LatentOps ops;
    int channels; // of the latent
    int delay;
    uint64_t fed;                   // samples
    float *latent;                  // [frames that one block can give][channels]
    float *before;                  // [channels]: a frame as the encoder gave it
    float *decoded, *clean_decoded; // [samples that one frame can give]
    Fifo altered, clean;            // decoded samples that are not due yet
};

// What waits in a queue is less than the delay and what one block adds.
static size_t queue_size(const Model *model)
{
    const CodecSize size = codec_size(model);
    return (size_t)arch_delay(&model->arch) + CODEC_BLOCK + (size.frames + 1) * size.samples;
}

size_t stream_bytes(const Model *model)
{
    enum { DECODERS = 2, QUEUES = 2 };
    const CodecSize size = codec_size(model);
    return size.encoder + DECODERS * size.decoder + QUEUES * queue_size(model) * sizeof(float);
}

Stream *stream_new(const Model *model, const Latent *reference, uint32_t audio_channel)
{
    Stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    stream->channels = arch_latent_channels(&model->arch);
    stream->delay = arch_delay(&model->arch);
    stream->encoder = encoder_new(model);
    stream->decoder = decoder_new(model);
    stream->clean_decoder = decoder_new(model);
    bool made = latent_ops_init(&stream->ops, model, reference, audio_channel);
    if (stream->encoder && stream->decoder && stream->clean_decoder && made) {
        const size_t frames = encoder_frames_max(stream->encoder, CODEC_BLOCK);
        const size_t samples = decoder_samples_max(stream->decoder);
        const size_t channels = (size_t)stream->channels;
        stream->latent = malloc(frames * channels * sizeof(float));
        stream->before = malloc(channels * sizeof(float));
        stream->decoded = malloc(samples * sizeof(float));
        stream->clean_decoded = malloc(samples * sizeof(float));
        const size_t size = queue_size(model);
        made = fifo_init(&stream->altered, size);
        made = fifo_init(&stream->clean, size) && made;
        if (made && stream->latent && stream->before && stream->decoded && stream->clean_decoded) {
            stream_reset(stream, CODEC_ENDLESS);
            return stream;
        }
    }
    stream_free(stream);
    return NULL;
}

void stream_free(Stream *stream)
{
    if (!stream) return;
    encoder_free(stream->encoder);
    decoder_free(stream->decoder);
    decoder_free(stream->clean_decoder);
    latent_ops_free(&stream->ops);
    free(stream->latent);
    free(stream->before);
    free(stream->decoded);
    free(stream->clean_decoded);
    fifo_free(&stream->altered);
    fifo_free(&stream->clean);
    free(stream);
}

// Starts the signal, but not the latent operations.
static void start(Stream *stream, uint64_t samples)
{
    const uint64_t frames = samples == CODEC_ENDLESS
                                ? CODEC_ENDLESS
                                : arch_latent_frames(&stream->ops.model->arch, samples);
    encoder_reset(stream->encoder, samples);
    decoder_reset(stream->decoder, frames);
    stream->apart = false;
    stream->fed = 0;
    fifo_reset(&stream->altered, 0);
    fifo_reset(&stream->clean, 0);
}

void stream_reset(Stream *stream, uint64_t samples)
{
    start(stream, samples);
    latent_ops_reset(&stream->ops);
}

void stream_locate(Stream *stream, uint64_t frame)
{
    start(stream, CODEC_ENDLESS);
    latent_ops_locate(&stream->ops, frame);
}

int stream_delay(const Stream *stream)
{
    return stream->delay;
}

LatentCapture *stream_capture(Stream *stream)
{
    return latent_ops_capture(&stream->ops);
}

// Decodes the latent as it was. While that is what the altered one is, one decoder does for both;
// its state is handed on when they part, and again after as many equal frames as a decoder
// remembers.
static void decode_clean(Stream *stream, const float *frame, size_t samples)
{
    const bool same = memcmp(stream->before, frame, (size_t)stream->channels * sizeof(float)) == 0;
    if (!stream->apart) {
        fifo_push(&stream->clean, stream->decoded, samples);
        return;
    }
    const size_t made =
        decoder_process(stream->clean_decoder, stream->before, stream->clean_decoded);
    fifo_push(&stream->clean, stream->clean_decoded, made);
    stream->alike = same ? stream->alike + 1 : 0;
    if (stream->alike > decoder_memory(stream->decoder)) stream->apart = false;
}

static void process_frame(Stream *stream, const LatentSettings *settings, float *frame,
                          bool wants_clean)
{
    const size_t bytes = (size_t)stream->channels * sizeof(float);
    memcpy(stream->before, frame, bytes);
    latent_ops_process(&stream->ops, settings, frame, 1);
    if (wants_clean && !stream->apart && memcmp(stream->before, frame, bytes) != 0) {
        decoder_copy(stream->clean_decoder, stream->decoder);
        stream->apart = true;
        stream->alike = 0;
    }
    const size_t samples = decoder_process(stream->decoder, frame, stream->decoded);
    fifo_push(&stream->altered, stream->decoded, samples);
    if (wants_clean) decode_clean(stream, frame, samples);
}

static void process_block(Stream *stream, const LatentSettings *settings, const float *audio_in,
                          float *altered, float *clean, size_t n)
{
    const size_t frames = encoder_process(stream->encoder, audio_in, n, stream->latent);
    for (size_t t = 0; t < frames; t++)
        process_frame(stream, settings, stream->latent + t * (size_t)stream->channels,
                      clean != NULL);
    // Before the signal's first sample there is nothing; behind its end there are zeros.
    const uint64_t delay = (uint64_t)stream->delay;
    const uint64_t wait = stream->fed < delay ? delay - stream->fed : 0;
    const size_t early = wait < n ? (size_t)wait : n;
    memset(altered, 0, early * sizeof(float));
    fifo_pop(&stream->altered, altered + early, n - early);
    if (clean) {
        memset(clean, 0, early * sizeof(float));
        fifo_pop(&stream->clean, clean + early, n - early);
    }
    stream->fed += n;
}

void stream_process(Stream *stream, const LatentSettings *settings, const float *audio_in,
                    float *altered, float *clean, size_t n)
{
    while (n > 0) {
        const size_t block = n < CODEC_BLOCK ? n : CODEC_BLOCK;
        process_block(stream, settings, audio_in, altered, clean, block);
        audio_in += block;
        altered += block;
        if (clean) clean += block;
        n -= block;
    }
}
