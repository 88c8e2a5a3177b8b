// sound_bytes.h: a sound file in memory (libsndfile), for results that contain sound.
// Any thread; allocates.
#ifndef TRASLUZ_SOUND_BYTES_H
#define TRASLUZ_SOUND_BYTES_H

#include "files/error.h"

#include <stddef.h>

// WAV has 16 bits per sample, FLAC 24, the short FLAC 16.
typedef enum { SOUND_WAV, SOUND_FLAC, SOUND_FLAC_SHORT } SoundKind;

// Makes a file of one channel, `rate` in Hz; samples above full scale are clipped. The caller frees
// it. NULL on error.
unsigned char *sound_bytes(SoundKind kind, const float *audio, size_t samples, double rate,
                           size_t *size, Error *error);

#endif
