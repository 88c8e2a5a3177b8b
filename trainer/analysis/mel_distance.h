// mel_distance.h: how far a decoded recording is from the original to the ear: the mean absolute
// difference of their levels in mel bands, in dB, at three resolutions in time and frequency. For
// models of waveforms and of spectra alike; phases do not count. (The L1 distance of log mel
// spectrograms at several resolutions, as in Kumar et al., "High-fidelity audio compression with
// improved RVQGAN", 2023, in decibels.)
//
// Both recordings are fed piece by piece, in step. One thread at a time; making one allocates.
#ifndef TRASLUZ_MEL_DISTANCE_H
#define TRASLUZ_MEL_DISTANCE_H

#include "front/bands.h"

enum { MEL_RESOLUTIONS = 3 };

// Windows in samples; they advance by a quarter. Levels below -80 dB of full scale count as that.
extern const int mel_windows[MEL_RESOLUTIONS];

typedef struct MelDistance MelDistance;

// Makes one for recordings at `rate` Hz. NULL when memory is short.
MelDistance *mel_distance_new(double rate);
void mel_distance_free(MelDistance *mel); // NULL is allowed

// Starts a pair of recordings; feeds it; writes the distance at each resolution so far, 0 if the
// recordings are shorter than the window.
void mel_distance_reset(MelDistance *mel);
void mel_distance_add(MelDistance *mel, const float *original, const float *decoded, size_t n);
void mel_distance_read(const MelDistance *mel, double decibels[MEL_RESOLUTIONS]);

#endif
