// audio_writer.h: writes audio files (libsndfile): WAV or W64 (32-bit float), FLAC (24 bit) or Ogg
// Vorbis, by the ending of the path. A file appears when it is whole, see file.h. Blocks and
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

// Begins a file. `rate` in Hz, a whole number. NULL if the format cannot hold it, or the file
// cannot be created. The caller ends it with one of the next two functions.
AudioWriter *audio_writer_new(const char *path, double rate, int channels, Error *error);

// Completes the file. On failure nothing is left of it.
bool audio_writer_commit(AudioWriter *writer, Error *error);

// Ends the writer; nothing is left of the file. NULL is allowed.
void audio_writer_abandon(AudioWriter *writer);

// Writes samples[frames][channels].
bool audio_write(AudioWriter *writer, const float *samples, size_t frames, Error *error);

// Returns how many samples were clipped so far, which FLAC and Ogg do at full scale. WAV and W64
// do not clip.
uint64_t audio_writer_clipped(const AudioWriter *writer);

// Writes a whole file of one channel; *clipped is as above.
bool audio_write_mono(const char *path, double rate, const Sound *sound, uint64_t *clipped,
                      Error *error);

#endif
