// audio_meter.h: measures a file's channels while they are read. Any thread; allocates nothing.
#ifndef TRASLUZ_AUDIO_METER_H
#define TRASLUZ_AUDIO_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METER_CHANNELS = 8 }; // the clipping of further ones is not measured

typedef struct {
    int channels;
    uint64_t frames;
    uint64_t silent_run, silent; // frames: of the present silence, of all long ones
    uint64_t silence;            // frames that make a long one
    float last[METER_CHANNELS];
    uint32_t run[METER_CHANNELS]; // samples at full scale, one after another
    uint64_t clipped;             // samples
    double power, mean_power;     // of the channels, of their mean; sums
} AudioMeter;

void audio_meter_begin(AudioMeter *meter, int channels, double rate);

// Adds frames[n][channels].
void audio_meter_add(AudioMeter *meter, const float *frames, size_t n);

// Returns the frames in silences of at least a second, where no sample is above -90 dB.
uint64_t audio_meter_silent(const AudioMeter *meter);

// Returns by how many dB the mean of the channels is softer than the channels, if they cancel each
// other: by 15 dB or more. Otherwise 0. (Of independent channels, two are 3 dB softer, eight 9.)
double audio_meter_cancelled(const AudioMeter *meter);

#endif
