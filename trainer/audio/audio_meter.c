#include "audio/audio_meter.h"

#include <math.h>

static const float quiet = 3.2e-5f;   // -90 dB
static const float full = 0.999f;     // of clipped samples, at least
static const float equal = 1e-4f;     // clipped samples differ by less
static const double cancelled = 15.0; // dB
enum { CLIPPED_RUN = 3 };             // samples at full scale, one after another, are clipped

void audio_meter_begin(AudioMeter *meter, int channels, double rate)
{
    *meter = (AudioMeter){.channels = channels, .silence = (uint64_t)rate};
}

static void add_clipping(AudioMeter *meter, int channel, float sample)
{
    uint32_t *run = &meter->run[channel];
    const bool goes_on = *run > 0 && fabsf(sample - meter->last[channel]) < equal;
    if (fabsf(sample) < full)
        *run = 0;
    else
        *run = goes_on ? *run + 1 : 1;
    meter->clipped += *run > CLIPPED_RUN ? 1 : *run == CLIPPED_RUN ? CLIPPED_RUN : 0;
    meter->last[channel] = sample;
}

void audio_meter_add(AudioMeter *meter, const float *frames, size_t n)
{
    const int channels = meter->channels;
    const int watched = channels < METER_CHANNELS ? channels : METER_CHANNELS;
    for (size_t i = 0; i < n; i++, frames += channels) {
        double sum = 0.0, power = 0.0;
        float peak = 0.0f;
        for (int c = 0; c < channels; c++) {
            sum += (double)frames[c];
            power += (double)frames[c] * (double)frames[c];
            peak = fmaxf(peak, fabsf(frames[c]));
        }
        meter->power += power / channels;
        meter->mean_power += sum * sum / ((double)channels * channels);
        if (peak < quiet) {
            meter->silent_run++;
        } else {
            if (meter->silent_run >= meter->silence) meter->silent += meter->silent_run;
            meter->silent_run = 0;
        }
        for (int c = 0; c < watched; c++) add_clipping(meter, c, frames[c]);
    }
    meter->frames += n;
}

uint64_t audio_meter_silent(const AudioMeter *meter)
{
    return meter->silent + (meter->silent_run >= meter->silence ? meter->silent_run : 0);
}

double audio_meter_cancelled(const AudioMeter *meter)
{
    const double least = 1e-12; // of what is called silence
    if (meter->channels < 2 || meter->power <= least * (double)meter->frames) return 0.0;
    const double softer =
        10.0 * log10(meter->power / fmax(meter->mean_power, 1e-12 * meter->power));
    return softer >= cancelled ? softer : 0.0;
}
