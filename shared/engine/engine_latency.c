#include "engine/engine_latency.h"

#include <math.h>

// Host output sample j needs model-rate samples up to floor(j r) + up's lookahead, r being model
// rate / host rate; each of these comes `delay` model-rate samples after its input; which needs
// host samples up to down's lookahead after its time.
int engine_latency_between(const Model *model, double host_rate, const Resampler *down,
                           const Resampler *up)
{
    const int delay = arch_delay(&model->arch);
    if (!down) return delay;
    // In thousandths of a hertz, as the resamplers count: a wait that is whole comes out whole.
    const int64_t rate = llround(model->sample_rate * 1e3), host = llround(host_rate * 1e3);
    const int64_t wait = (resampler_lookahead(up) + delay) * host / rate;
    return (int)wait + resampler_lookahead(down);
}

int engine_latency_of(const Model *model, double host_rate)
{
    Error error;
    const double rate = model->sample_rate;
    if (host_rate == rate) return engine_latency_between(model, host_rate, NULL, NULL);
    Resampler *down = resampler_new(host_rate, rate, 1, &error);
    Resampler *up = resampler_new(rate, host_rate, 1, &error);
    const int latency = down && up ? engine_latency_between(model, host_rate, down, up) : 0;
    resampler_free(down);
    resampler_free(up);
    return latency;
}
