#include "audio/rate_change.h"

#include <math.h>
#include <samplerate.h>
#include <stdlib.h>

enum { PIECE = 4096 }; // samples made at a time

bool rate_change_begin(RateChange *change, double from, double to, int channels, FrameSink *sink,
                       void *data, Error *error)
{
    int why = 0;
    *change =
        (RateChange){.from = from, .to = to, .channels = channels, .sink = sink, .data = data};
    if (from == to) return true;
    if (!src_is_valid_ratio(to / from) || channels > PIECE)
        return error_set(error, "cannot resample from %g to %g Hz", from, to);
    change->converter = src_new(SRC_SINC_MEDIUM_QUALITY, channels, &why);
    return change->converter ? true : error_set(error, "resampler: %s", src_strerror(why));
}

void rate_change_end(RateChange *change)
{
    if (change->converter) src_delete(change->converter);
    change->converter = NULL;
}

// Passes at most `most` frames to the sink.
static bool emit(RateChange *change, const float *frames, size_t n, uint64_t most, Error *error)
{
    if (n > most) n = (size_t)most;
    change->emitted += n;
    return n == 0 || change->sink(change->data, frames, n, error);
}

static bool push(RateChange *change, const float *frames, size_t n, uint64_t most, Error *error)
{
    if (!change->converter) return emit(change, frames, n, most, error);
    float out[PIECE];
    const uint64_t end = most > UINT64_MAX - change->emitted ? UINT64_MAX : change->emitted + most;
    SRC_DATA piece = {.data_in = frames,
                      .data_out = out,
                      .input_frames = (long)n,
                      .output_frames = PIECE / change->channels,
                      .src_ratio = change->to / change->from};
    do {
        const int why = src_process(change->converter, &piece);
        if (why) return error_set(error, "resampler: %s", src_strerror(why));
        piece.data_in += piece.input_frames_used * change->channels;
        piece.input_frames -= piece.input_frames_used;
        const size_t made = (size_t)piece.output_frames_gen;
        if (!emit(change, out, made, end - change->emitted, error)) return false;
    } while (piece.output_frames_gen > 0 || piece.input_frames_used > 0);
    return true;
}

bool rate_change_push(RateChange *change, const float *frames, size_t n, Error *error)
{
    change->taken += n;
    return push(change, frames, n, UINT64_MAX, error);
}

uint64_t rate_change_frames(uint64_t n, double from, double to)
{
    return (uint64_t)ceil((double)n * to / from);
}

// Feeds silence after the end, to get what the converter still holds.
bool rate_change_finish(RateChange *change, Error *error)
{
    static const float silence[PIECE];
    const uint64_t wanted = rate_change_frames(change->taken, change->from, change->to);
    const size_t n = PIECE / (size_t)change->channels;
    while (change->emitted < wanted)
        if (!push(change, silence, n, wanted - change->emitted, error)) return false;
    return true;
}
