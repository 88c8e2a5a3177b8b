// audio_features.h: numbers that describe a recording. Allocates; any thread.
#ifndef TRASLUZ_AUDIO_FEATURES_H
#define TRASLUZ_AUDIO_FEATURES_H

#include "audio/sound.h"
#include "files/error.h"

typedef struct {
    double level;    // RMS in dB relative to full scale; minus infinity for silence
    double centroid; // Hz: mean frequency, weighted by power; 0 for silence
    double flatness; // of the spectrum: 0 for a single tone and for silence, 1 for white noise
} AudioFeatures;

// Measures a sound at `rate` Hz of at least one sample. Centroid and flatness are those of the mean
// power spectrum (Hann window of 1024 samples, half overlapping). Flatness is the geometric mean of
// that spectrum divided by its arithmetic mean: Johnston, "Transform coding of audio signals using
// perceptual noise criteria", IEEE JSAC 6 (1988).
bool audio_features_measure(AudioFeatures *measure, const Sound *sound, double rate, Error *error);

#endif
