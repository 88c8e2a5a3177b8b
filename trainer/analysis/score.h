// score.h: how well a model gives a recording back. For models of waveforms beside an ideal
// low-pass that keeps as many numbers as the latent has; for models of spectra beside the principal
// components of as many values per second. Sums, so that scores can be added: error over samples is
// the MSE, signal over error the SNR.
//
// A Scorer is for one thread at a time; making one allocates.
#ifndef TRASLUZ_SCORE_H
#define TRASLUZ_SCORE_H

#include "analysis/level_score.h"
#include "analysis/mel_distance.h"
#include "audio/audio.h"
#include "audio/sound.h"
#include "model/model.h"

typedef struct {
    double samples;
    double signal;               // squares of the recording's samples
    double codec;                // squares of the model's error
    double lowpass;              // squares of the low-pass's error; 0 for spectra
    LevelScore levels;           // of spectra; 0 for samples
    double mel[MEL_RESOLUTIONS]; // see mel_distance.h, in dB, times samples
} Score;

typedef struct Scorer Scorer;

// Makes a scorer; the model must outlive it.
Scorer *scorer_new(const Model *model, Error *error);
void scorer_free(Scorer *scorer); // NULL is allowed

// Scores a sound at the model's rate, of at least one sample, as a whole: encoded and decoded as
// the network was trained, zero padding at both ends. `sink` takes the decoded sound, as long as
// the sound, and may end it with an error; it may be NULL.
bool scorer_run(Scorer *scorer, const Sound *sound, AudioSink *sink, void *data, Score *score,
                Error *error);

void score_add(Score *to, const Score *score);

// Returns false if no low-pass is measured: for spectra, and if the latent has as many numbers as
// the audio, so that a low-pass that keeps as many loses nothing.
bool score_has_lowpass(const Model *model);

// Returns the signal's power over the error's in dB; NaN for silence, which has none.
double score_snr(double signal, double error);

#endif
