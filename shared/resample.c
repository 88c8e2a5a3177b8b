#include "resample.h"

#include <math.h>
#include <samplerate.h>
#include <stdlib.h>

struct Resampler {
    SRC_STATE *state;
    double ratio; // out samples for each one in
    int lookahead;
};

// The converter waits for half its filter before it gives anything. That length is not in the
// library's interface, so the library is asked: the first output sample, for the time of input
// sample 0, comes with input sample `lookahead`.
static bool find_lookahead(Resampler *resampler, Error *error)
{
    enum { INPUT_MAX = 1 << 16 };
    const float silence = 0.0f;
    float out[512];
    for (int i = 0; i < INPUT_MAX; i++) {
        if (resampler_process(resampler, &silence, 1, out) > 0) {
            resampler->lookahead = i;
            resampler_reset(resampler);
            return true;
        }
    }
    return error_set(error, "the resampler gives nothing");
}

Resampler *resampler_new(double from, double to, Error *error)
{
    const double ratio = to / from;
    if (!(ratio >= 1.0 / 256.0 && ratio <= 256.0)) {
        error_set(error, "cannot resample from %g to %g Hz", from, to);
        return NULL;
    }
    Resampler *resampler = calloc(1, sizeof *resampler);
    if (!resampler) {
        error_set(error, "out of memory");
        return NULL;
    }
    resampler->ratio = ratio;
    int why = 0;
    resampler->state = src_new(SRC_SINC_FASTEST, 1, &why);
    if (!resampler->state)
        error_set(error, "resampler: %s", src_strerror(why));
    else if (find_lookahead(resampler, error))
        return resampler;
    resampler_free(resampler);
    return NULL;
}

void resampler_free(Resampler *resampler)
{
    if (!resampler) return;
    if (resampler->state) src_delete(resampler->state);
    free(resampler);
}

void resampler_reset(Resampler *resampler)
{
    src_reset(resampler->state);
    // Without this the converter would glide from its last ratio, or from none.
    src_set_ratio(resampler->state, resampler->ratio);
}

int resampler_lookahead(const Resampler *resampler)
{
    return resampler->lookahead;
}

size_t resampler_output_max(const Resampler *resampler, size_t n)
{
    return (size_t)ceil((double)n * resampler->ratio) + 2;
}

size_t resampler_process(Resampler *resampler, const float *in, size_t n, float *out)
{
    const size_t room = resampler_output_max(resampler, n);
    size_t taken = 0, given = 0;
    while (taken < n) {
        SRC_DATA data = {
            .data_in = in + taken,
            .data_out = out + given,
            .input_frames = (long)(n - taken),
            .output_frames = (long)(room - given),
            .src_ratio = resampler->ratio,
        };
        if (src_process(resampler->state, &data) != 0)
            break; // only arguments can be wrong, and are not
        taken += (size_t)data.input_frames_used;
        given += (size_t)data.output_frames_gen;
        if (data.input_frames_used == 0 && data.output_frames_gen == 0) break;
    }
    return given;
}
