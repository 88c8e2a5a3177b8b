// audio_features.h: numbers that tell recordings apart. Allocates; any thread.
#ifndef TRASLUZ_AUDIO_FEATURES_H
#define TRASLUZ_AUDIO_FEATURES_H

#include "audio/sound.h"
#include "files/error.h"

typedef struct {
    double level;    // RMS in dB relative to full scale; minus infinity for silence
    double centroid; // Hz: mean frequency, weighted by power; 0 for silence
    double flatness; // of the spectrum, from 0, a single tone, to 1, white noise; 0 for silence
} SoundMeasure;

// Of a sound at `rate` Hz, at least one sample. Centroid and flatness are those of the
// mean power spectrum (Hann window of 1024 samples, half overlapping); flatness is its geometric
// mean over its arithmetic one: Johnston, "Transform coding of audio signals using perceptual noise
// criteria", IEEE JSAC 6 (1988).
bool sound_measure(SoundMeasure *measure, const Sound *sound, double rate, Error *error);

#endif
