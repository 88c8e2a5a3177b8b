// FLAC, by libFLAC itself: libsndfile stops at the first damaged frame.
#include "formats/audio_source.h"

#include <FLAC/stream_decoder.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    FLAC__StreamDecoder *decoder;
    float *audio;     // [room], decoded frames that were not read yet
    size_t room;      // samples
    size_t at, count; // frames
    bool lost;        // an error since the last frame
    bool failed;      // out of memory
} Flac;

static FLAC__StreamDecoderReadStatus read_bytes(const FLAC__StreamDecoder *decoder,
                                                FLAC__byte buffer[], size_t *bytes, void *data)
{
    (void)decoder;
    AudioSource *source = data;
    const ssize_t got = file_slice_read(&source->slice, buffer, *bytes);
    *bytes = got > 0 ? (size_t)got : 0;
    return got > 0 ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE
                   : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

static bool make_room(Flac *flac, size_t samples)
{
    if (samples <= flac->room) return true;
    float *moved = realloc(flac->audio, samples * sizeof *moved);
    if (!moved) return false;
    flac->audio = moved;
    flac->room = samples;
    return true;
}

static FLAC__StreamDecoderWriteStatus take_frame(const FLAC__StreamDecoder *decoder,
                                                 const FLAC__Frame *frame,
                                                 const FLAC__int32 *const buffer[], void *data)
{
    (void)decoder;
    AudioSource *source = data;
    Flac *flac = source->decoder;
    const size_t n = frame->header.blocksize, channels = frame->header.channels;
    // A damaged frame may look like one of another format.
    if ((int)channels != source->channels || frame->header.sample_rate != (unsigned)source->rate) {
        flac->lost = true;
        return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    }
    if (!make_room(flac, n * channels)) {
        flac->failed = true;
        return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    }
    const float scale = 1.0f / (float)((uint64_t)1 << (frame->header.bits_per_sample - 1));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < channels; c++)
            flac->audio[i * channels + c] = (float)buffer[c][i] * scale;
    source->faults.places += flac->lost;
    flac->lost = false;
    flac->at = 0;
    flac->count = n;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void take_metadata(const FLAC__StreamDecoder *decoder, const FLAC__StreamMetadata *metadata,
                          void *data)
{
    (void)decoder;
    AudioSource *source = data;
    if (metadata->type != FLAC__METADATA_TYPE_STREAMINFO) return;
    const FLAC__StreamMetadata_StreamInfo *info = &metadata->data.stream_info;
    source->channels = (int)info->channels;
    source->rate = info->sample_rate;
    source->announced = info->total_samples;
    if (info->sample_rate > 0) source->seconds = (double)info->total_samples / info->sample_rate;
}

static void take_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status,
                       void *data)
{
    (void)decoder;
    (void)status;
    Flac *flac = ((AudioSource *)data)->decoder;
    flac->lost = true;
}

static size_t read_frames(AudioSource *source, float *samples, size_t room, Error *error)
{
    Flac *flac = source->decoder;
    while (flac->at == flac->count) {
        flac->at = flac->count = 0;
        if (flac->failed || !FLAC__stream_decoder_process_single(flac->decoder) ||
            FLAC__stream_decoder_get_state(flac->decoder) >= FLAC__STREAM_DECODER_END_OF_STREAM) {
            source->faults.cut |= flac->lost;
            flac->lost = false;
            if (flac->failed) error_out_of_memory(error);
            if (flac->count == 0) return 0;
        }
    }
    const size_t channels = (size_t)source->channels, left = flac->count - flac->at;
    const size_t n = left < room ? left : room;
    memcpy(samples, flac->audio + flac->at * channels, n * channels * sizeof *samples);
    flac->at += n;
    return n;
}

static void close_decoder(AudioSource *source)
{
    Flac *flac = source->decoder;
    if (flac->decoder) FLAC__stream_decoder_delete(flac->decoder);
    free(flac->audio);
    free(flac);
}

bool flac_source_open(AudioSource *source, Error *error)
{
    static const SourceCalls calls = {read_frames, close_decoder};
    Flac *flac = calloc(1, sizeof *flac);
    if (!flac) return error_out_of_memory(error);
    source->calls = &calls;
    source->decoder = flac;
    flac->decoder = FLAC__stream_decoder_new();
    if (!flac->decoder) return error_out_of_memory(error);
    return (FLAC__stream_decoder_init_stream(flac->decoder, read_bytes, NULL, NULL, NULL, NULL,
                                             take_frame, take_metadata, take_error,
                                             source) == FLAC__STREAM_DECODER_INIT_STATUS_OK &&
            FLAC__stream_decoder_process_until_end_of_metadata(flac->decoder) &&
            source->channels > 0) ||
           error_set(error, "a FLAC file whose beginning is damaged");
}
