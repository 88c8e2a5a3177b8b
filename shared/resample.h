// resample.h: a change of sampling rate as a stream, by libsamplerate's SINC_FASTEST (97 dB, 80 %
// of the band): what comes out does not depend on how the input is cut. Output sample k stands for
// the time k / to, as input sample i does for i / from: there is no shift, only a wait. Made and
// freed off the audio thread; the rest is real-time safe.
#ifndef TRASLUZ_RESAMPLE_H
#define TRASLUZ_RESAMPLE_H

#include "error.h"

#include <stddef.h>

typedef struct Resampler Resampler;

// Rates in Hz.
Resampler *resampler_new(double from, double to, Error *error);
void resampler_free(Resampler *resampler);
void resampler_reset(Resampler *resampler);

// The wait, in input samples: an output sample for the time of input sample i, or between i and i +
// 1, comes when input sample i + lookahead has gone in.
int resampler_lookahead(const Resampler *resampler);

// The most samples that one call with n gives.
size_t resampler_output_max(const Resampler *resampler, size_t n);

// Takes all of in[0, n); returns the samples written to `out`, which has room for
// resampler_output_max() of them.
size_t resampler_process(Resampler *resampler, const float *in, size_t n, float *out);

#endif
