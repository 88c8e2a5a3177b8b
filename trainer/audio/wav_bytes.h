// wav_bytes.h: a WAV file in memory (libsndfile), for results that contain sound.
// Any thread; allocates.
#ifndef TRASLUZ_WAV_BYTES_H
#define TRASLUZ_WAV_BYTES_H

#include "files/error.h"

#include <stddef.h>

// Makes a file of one channel with 16 bits per sample, `rate` in Hz; samples above full scale are
// clipped. The caller frees it. NULL on error.
unsigned char *wav_bytes(const float *audio, size_t samples, double rate, size_t *size,
                         Error *error);

#endif
