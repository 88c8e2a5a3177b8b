// rate_change.h: frames of any number of channels at another sample rate, by libsamplerate
// (SINC_MEDIUM, its delay removed), pushed piece by piece. Allocates; one thread at a time.
#ifndef TRASLUZ_RATE_CHANGE_H
#define TRASLUZ_RATE_CHANGE_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

// Receives n frames; returning false stops what pushes them.
typedef bool FrameSink(void *data, const float *frames, size_t n, Error *error);

typedef struct {
    struct SRC_STATE_tag *converter; // NULL if the rate stays the same
    double from, to;                 // Hz
    int channels;
    uint64_t taken, emitted; // frames
    FrameSink *sink;
    void *data;
} RateChange;

bool rate_change_begin(RateChange *change, double from, double to, int channels, FrameSink *sink,
                       void *data, Error *error);

bool rate_change_push(RateChange *change, const float *frames, size_t n, Error *error);

// Pushes what is left: in total ceil(n * to / from) frames for n that were pushed.
bool rate_change_finish(RateChange *change, Error *error);
void rate_change_end(RateChange *change);

// Returns the number of frames that n become.
uint64_t rate_change_frames(uint64_t n, double from, double to);

#endif
