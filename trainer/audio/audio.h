// audio.h: reads audio files to their end (libmpg123, libFLAC, libsndfile: see formats/), as they
// are or as one channel at another rate (libsamplerate). A chained file has the channels and the
// rate of its first link; the others are converted. Reads piece by piece: memory does not grow with
// the file. Blocks and allocates. Any thread; each AudioReader is used by one thread at a time.
// Messages do not repeat the path.
#ifndef TRASLUZ_AUDIO_H
#define TRASLUZ_AUDIO_H

#include "files/error.h"
#include "formats/audio_faults.h"

#include <stddef.h>
#include <stdint.h>

// What a file holds, complete after it was read to its end.
typedef struct {
    AudioFaults faults;
    uint64_t sound; // see sound_hash.h
    double rate;    // Hz
    int channels;
    uint64_t frames;
    uint64_t silent;  // frames in long silences, see audio_meter.h
    uint64_t clipped; // samples
} AudioFacts;

typedef struct AudioReader AudioReader;

// Opens a file; NULL if it is not a regular file, or not audio. The caller closes it with
// audio_close().
AudioReader *audio_open(const char *path, Error *error);
void audio_close(AudioReader *reader);

int audio_channels(const AudioReader *reader);
double audio_rate(const AudioReader *reader); // Hz
const AudioFaults *audio_faults(const AudioReader *reader);

// Returns the seconds that the file announces: an estimate for MP3, 0 if unknown.
double audio_seconds(const AudioReader *reader);

// Reads up to `room` frames to samples[room][channels] and sets *frames to their number, less than
// `room` only at the end. False if the file has no frame at all.
bool audio_read(AudioReader *reader, float *samples, size_t room, size_t *frames, Error *error);

// Receives the samples of audio_stream_mono(); returning false stops it.
typedef bool AudioSink(void *data, const float *samples, size_t n, Error *error);

// Averages a file's channels, resamples (SINC_MEDIUM, its delay removed) and passes the samples to
// `sink`. A file of n frames gives ceil(n * rate / its rate) samples.
bool audio_stream_mono(const char *path, double rate, AudioSink *sink, void *data,
                       AudioFacts *facts, Error *error);

// Counts these samples, and tells the file's own rate, in Hz; reads the file to its end.
bool audio_count_mono(const char *path, double rate, uint64_t *samples, double *file_rate,
                      Error *error);

#endif
