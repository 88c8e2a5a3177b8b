#include "session/delay.h"

#include <stdlib.h>
#include <string.h>

static const double fade_seconds = 0.05;

struct Delay {
    size_t samples, at; // the length of the ring, and the place of the oldest sample
    int channels;
    float mix, step; // of the delayed signal: 0 or 1, and how fast it moves
    float ring[];    // [channels][samples]
};

Delay *delay_new(size_t samples, int channels, double rate)
{
    const size_t bytes = (size_t)channels * samples * sizeof(float);
    Delay *delay = calloc(1, sizeof *delay + bytes);
    if (!delay) return NULL;
    delay->samples = samples;
    delay->channels = channels;
    delay->step = (float)(1 / (fade_seconds * rate));
    return delay;
}

void delay_free(Delay *delay)
{
    free(delay);
}

size_t delay_samples(const Delay *delay)
{
    return delay->samples;
}

void delay_reset(Delay *delay, bool on)
{
    memset(delay->ring, 0, (size_t)delay->channels * delay->samples * sizeof(float));
    delay->at = 0;
    delay->mix = on;
}

static float move(float mix, float step, bool on)
{
    mix += on ? step : -step;
    return mix < 0 ? 0 : mix > 1 ? 1 : mix;
}

void delay_process(Delay *delay, bool on, float *const *samples, size_t n)
{
    if (delay->samples == 0) return;
    for (size_t i = 0; i < n; i++) {
        delay->mix = move(delay->mix, delay->step, on);
        for (int c = 0; c < delay->channels; c++) {
            float *oldest = &delay->ring[(size_t)c * delay->samples + delay->at];
            const float now = samples[c][i], then = *oldest;
            *oldest = now;
            // At the ends the sample itself: a mix of 1 would round.
            if (delay->mix == 1)
                samples[c][i] = then;
            else if (delay->mix > 0)
                samples[c][i] = now + delay->mix * (then - now);
        }
        if (++delay->at == delay->samples) delay->at = 0;
    }
}
