// audio_writer.h: audio files out (libsndfile): WAV or W64 (32-bit float), FLAC (24 bit) or Ogg
// Vorbis, by the ending of the path; under a temporary name until whole, see file.h. Blocks and
// allocates; one thread at a time. Messages name the path.
#ifndef TRASLUZ_AUDIO_WRITER_H
#define TRASLUZ_AUDIO_WRITER_H

#include "audio/sound.h"
#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct AudioWriter AudioWriter;

// True if the path's ending is one of those above.
bool audio_writer_knows(const char *path, Error *error);

// `rate` in Hz, a whole number. NULL where the format cannot hold it, or the file cannot be made.
// The caller ends it with one of the two functions below.
AudioWriter *audio_writer_new(const char *path, double rate, int channels, Error *error);

// Puts the file under its name, or leaves nothing of it.
bool audio_writer_commit(AudioWriter *writer, Error *error);
void audio_writer_abandon(AudioWriter *writer); // NULL is allowed

// Writes samples[frames][channels].
bool audio_write(AudioWriter *writer, const float *samples, size_t frames, Error *error);

// Samples so far that were above full scale, and clipped: WAV and W64 keep them, FLAC and Ogg
// cannot.
uint64_t audio_writer_clipped(const AudioWriter *writer);

// A whole file of one channel at once; *clipped is as above.
bool audio_write_mono(const char *path, double rate, const Sound *sound, uint64_t *clipped,
                      Error *error);

#endif
