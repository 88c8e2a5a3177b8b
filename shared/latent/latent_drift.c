#include "latent/latent_drift.h"

#include <math.h>

enum { DRIFT_STREAM = 1 << 16 }; // keeps slow noise apart from that of the frames

// Slower than the frames, and it moves at all.
static bool is_slow(double rate)
{
    return !(rate <= 0.0 || rate >= 1.0);
}

bool latent_drift_rests(const LatentDrift *drift, double rate)
{
    return !is_slow(rate) || rate == drift->rate;
}

void latent_drift_frame(LatentDrift *drift, RandomKey key, int64_t frame, double rate,
                        float *values, float *scratch, int n)
{
    if (!is_slow(rate)) {
        random_normal(key, (uint64_t)frame, values, n);
        return;
    }
    if (rate != drift->rate) {
        if (drift->rate > 0.0) drift->phase += (double)frame * (drift->rate - rate);
        drift->rate = rate;
    }
    const double place = (double)frame * rate + drift->phase;
    const double whole = floor(place), angle = 1.5707963267948966 * (place - whole);
    // Between two independent values, sine and cosine keep the variance at one.
    const float from = (float)cos(angle), to = (float)sin(angle);
    const uint64_t index = (uint64_t)(int64_t)whole;
    key.stream += DRIFT_STREAM;
    random_normal(key, index, values, n);
    random_normal(key, index + 1, scratch, n);
    for (int i = 0; i < n; i++) values[i] = from * values[i] + to * scratch[i];
}
