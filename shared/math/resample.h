// resample.h: a change of sampling rate as a stream of several lanes in step, such as the audio
// channels of an engine; the output of a lane does not depend on the others. Output sample k stands
// for the time k / to, as input sample i does for i / from: there is no shift, only a wait.
// Positions are whole numbers, so nothing drifts however long the stream, and the output does not
// depend on how the input is cut, nor on where a stream began: two streams that have both seen the
// filter's length of the same input give the same bits.
//
// The filter is a sinc under Kaiser's window, 19 samples of the lower rate to each side: 97 dB of
// rejection, and a pass band of 84 % of the lower rate's (Oppenheim and Schafer, "Discrete-time
// signal processing", 7.6), computed once for all resamplers of a ratio. Made and freed off the
// audio thread (it locks); the rest is real-time safe.
#ifndef TRASLUZ_RESAMPLE_H
#define TRASLUZ_RESAMPLE_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Resampler Resampler;

enum { RESAMPLER_LANES_MAX = 8 };

// Returns a resampler of 1 to RESAMPLER_LANES_MAX lanes; NULL on error. Rates in Hz, to a
// thousandth. Allocates.
Resampler *resampler_new(double from, double to, int lanes, Error *error);
void resampler_free(Resampler *resampler);

// Starts a stream whose next input sample is number `position`; zeros stand before it. The first
// output sample is the first that stands for no earlier time.
void resampler_reset(Resampler *resampler, uint64_t position);

// Number of the next output sample.
uint64_t resampler_position(const Resampler *resampler);

// The wait, in input samples: an output sample for the time of input sample i, or between i and i +
// 1, comes when input sample i + lookahead has gone in.
int resampler_lookahead(const Resampler *resampler);

// Returns the same for such rates. Allocates nothing.
int resampler_lookahead_of(double from, double to);

// The most samples that one call with n gives.
size_t resampler_output_max(const Resampler *resampler, size_t n);

// Takes all of in[lane][0, n); returns the samples written to each out[lane], which has room for
// resampler_output_max() of them.
size_t resampler_process(Resampler *resampler, const float *const *in, size_t n, float *const *out);

#endif
