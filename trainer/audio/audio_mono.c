// Files as one channel at another rate; see audio.h.
#include "audio/audio.h"
#include "audio/audio_meter.h"
#include "audio/rate_change.h"
#include "audio/sound_hash.h"

#include <stdlib.h>

enum { PIECE = 4096 }; // frames read at a time

// Averages frames[n][channels] to frames[n] in place.
static void average_channels(float *frames, size_t n, int channels)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int c = 0; c < channels; c++) sum += (double)frames[i * (size_t)channels + (size_t)c];
        frames[i] = (float)(sum / channels);
    }
}

static bool stream_reader(AudioReader *reader, RateChange *change, float *piece, AudioFacts *facts,
                          Error *error)
{
    const int channels = audio_channels(reader);
    SoundHash hash;
    AudioMeter meter;
    sound_hash_begin(&hash);
    audio_meter_begin(&meter, channels, audio_rate(reader));
    for (size_t frames = PIECE; frames == PIECE;) {
        if (!audio_read(reader, piece, PIECE, &frames, error)) return false;
        sound_hash_add(&hash, piece, frames, channels);
        audio_meter_add(&meter, piece, frames);
        average_channels(piece, frames, channels);
        if (!rate_change_push(change, piece, frames, error)) return false;
    }
    *facts = (AudioFacts){
        .faults = *audio_faults(reader),
        .sound = sound_hash_end(&hash),
        .rate = audio_rate(reader),
        .channels = channels,
        .frames = meter.frames,
        .silent = audio_meter_silent(&meter),
        .clipped = meter.clipped,
    };
    facts->faults.cancelled = audio_meter_cancelled(&meter);
    return rate_change_finish(change, error);
}

static float *new_piece(const AudioReader *reader, Error *error)
{
    float *piece = malloc((size_t)audio_channels(reader) * PIECE * sizeof *piece);
    if (!piece) error_out_of_memory(error);
    return piece;
}

bool audio_stream_mono(const char *path, double rate, AudioSink *sink, void *data,
                       AudioFacts *facts, Error *error)
{
    AudioReader *reader = audio_open(path, error);
    if (!reader) return false;
    RateChange change;
    bool ok = rate_change_begin(&change, audio_rate(reader), rate, 1, sink, data, error);
    float *piece = new_piece(reader, error);
    ok = ok && piece && stream_reader(reader, &change, piece, facts, error);
    free(piece);
    rate_change_end(&change);
    audio_close(reader);
    return ok;
}

bool audio_count_mono(const char *path, double rate, uint64_t *samples, double *file_rate,
                      Error *error)
{
    AudioReader *reader = audio_open(path, error);
    if (!reader) return false;
    float *piece = new_piece(reader, error);
    uint64_t count = 0;
    bool ok = piece;
    for (size_t frames = PIECE; ok && frames == PIECE; count += frames)
        ok = audio_read(reader, piece, PIECE, &frames, error);
    *file_rate = audio_rate(reader);
    *samples = rate_change_frames(count, *file_rate, rate);
    free(piece);
    audio_close(reader);
    return ok;
}
