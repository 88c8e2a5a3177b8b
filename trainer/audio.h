// audio.h: audio files in and out (libsndfile), and to one channel at another rate (libsamplerate). Any thread; blocks and
// allocates.
#ifndef TRASLUZ_AUDIO_H
#define TRASLUZ_AUDIO_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

// A whole file at its own rate.
typedef struct {
    float *samples; // [frames][channels]
    size_t frames;
    int channels;
    double rate; // Hz
} Audio;

// Reads what libsndfile reads. The caller frees it with audio_free(). Messages do not repeat the path.
bool audio_read(Audio *audio, const char *path, Error *error);
void audio_free(Audio *audio);

// Writes WAV (32-bit float), or FLAC (24 bit), or Ogg Vorbis, by the ending of the path; under a temporary name until it is
// whole. FLAC and Ogg cannot hold more than full scale: louder samples are clipped there and `clipped`, where given, says how
// many.
bool audio_write(const Audio *audio, const char *path, size_t *clipped, Error *error);

// Takes what audio_stream_mono() makes of a file. Returning false stops it.
typedef bool AudioSink(void *data, const float *samples, size_t n, Error *error);

// What was found in a stream that is worth telling.
typedef struct {
    uint64_t not_finite; // samples that were NaN or infinite, and were taken as 0
    uint64_t missing;    // frames that the header promised and the file does not have
} AudioFaults;

// Reads a file piece by piece, averages its channels, resamples (SINC_BEST, its delay taken out) and hands the samples to
// `sink`: memory does not grow with the file. A file of n frames gives ceil(n * rate / its rate) samples.
bool audio_stream_mono(const char *path, double rate, AudioSink *sink, void *data,
                       AudioFaults *faults, Error *error);

// The same into memory; the caller frees *samples.
bool audio_read_mono(const char *path, double rate, float **samples, size_t *n, AudioFaults *faults,
                     Error *error);

#endif
