#include "engine/engine_latency.h"

#include "math/resample.h"
#include "model/model.h"

#include <math.h>

// Adds up what each stage waits for: host output sample j needs model-rate samples up to floor(j r)
// + up's lookahead, r being model rate / host rate; each of these comes `delay` model-rate samples
// after its input; which needs host samples up to down's lookahead after its time.
int engine_latency_of(const Arch *arch, double model_rate, double host_rate)
{
    const int delay = arch_delay(arch);
    if (!(host_rate >= MODEL_RATE_MIN && host_rate <= MODEL_RATE_MAX)) return 0;
    if (host_rate == model_rate) return delay;
    const int down = resampler_lookahead_of(host_rate, model_rate);
    const int up = resampler_lookahead_of(model_rate, host_rate);
    // In thousandths of a hertz, as the resamplers count: a wait that is whole comes out whole.
    const int64_t rate = llround(model_rate * 1e3), host = llround(host_rate * 1e3);
    return (int)((up + delay) * host / rate) + down;
}
