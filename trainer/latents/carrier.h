// carrier.h: the sound that carries the latent of a spectrum when it is decoded. Such a latent
// describes levels of bands; the phases, and what is finer than a band, come from the carrier:
// white noise, or an audio file that repeats. Blocks and allocates; one thread at a time.
#ifndef TRASLUZ_CARRIER_H
#define TRASLUZ_CARRIER_H

#include "audio/audio.h"
#include "audio/temp_audio.h"

typedef struct {
    uint32_t seed;    // of the noise
    TempAudio *store; // of a file; NULL: noise
    Sound sound;
    size_t fade; // samples: the end of the sound fades into its beginning, with equal power
    float gain;
    bool repeats; // the sound is shorter than what it carries; else silence follows it
} Carrier;

// Opens a carrier for `samples` samples at `rate` (Hz): the mean of a file's channels, or noise
// where `path` is NULL. What is read is kept on disk beside the file `output`. The caller closes
// it, also on error.
bool carrier_open(Carrier *carrier, const char *path, uint32_t seed, uint64_t samples, double rate,
                  const char *output, AudioFaults *faults, Error *error);
void carrier_close(Carrier *carrier);

// Copies n samples from sample `at` on.
void carrier_read(const Carrier *carrier, uint64_t at, size_t n, float *to);

#endif
