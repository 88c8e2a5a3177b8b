// audio.h: audio files in (libsndfile: WAV, FLAC, Ogg, Opus, MP3, AU and more), as they are or as
// one channel at another rate (libsamplerate). Read piece by piece: memory does not grow with the
// file. Blocks and allocates; any thread, an AudioReader by one at a time. Messages do not repeat
// the path.
#ifndef TRASLUZ_AUDIO_H
#define TRASLUZ_AUDIO_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

// What was found in a file that is worth telling, complete once it was read to its end.
typedef struct {
    uint64_t not_finite; // samples that were NaN or infinite, and were taken as 0
    uint64_t missing;    // frames that the header promised and the file does not have
} AudioFaults;

typedef struct AudioReader AudioReader;

// NULL where it is no regular file, or not audio. The caller ends it with audio_close().
AudioReader *audio_open(const char *path, Error *error);
void audio_close(AudioReader *reader);

int audio_channels(const AudioReader *reader);
double audio_rate(const AudioReader *reader); // Hz
const AudioFaults *audio_faults(const AudioReader *reader);

// Seconds, as far as the file tells before it is read: a guess for MP3, 0 where it does not say.
double audio_seconds(const AudioReader *reader);

// Reads up to `room` frames to samples[room][channels]; *frames is how many came, less than `room`
// only at the end. False where the file has no frame at all.
bool audio_read(AudioReader *reader, float *samples, size_t room, size_t *frames, Error *error);

// Takes what audio_stream_mono() makes of a file. Returning false stops it.
typedef bool AudioSink(void *data, const float *samples, size_t n, Error *error);

// Averages a file's channels, resamples (SINC_MEDIUM, its delay taken out) and hands the samples to
// `sink`. A file of n frames gives ceil(n * rate / its rate) samples.
bool audio_stream_mono(const char *path, double rate, AudioSink *sink, void *data,
                       AudioFaults *faults, Error *error);

// How many samples that will be; reads the file to its end to know it.
bool audio_count_mono(const char *path, double rate, uint64_t *samples, Error *error);

#endif
