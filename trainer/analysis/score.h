// score.h: how well a model gives a recording back, and how well an ideal low-pass would that keeps
// as many numbers as the latent has. Sums of squares, so that scores can be added; error over
// samples is the MSE, signal over error the SNR.
//
// A Scorer is for one thread at a time; making one allocates.
#ifndef TRASLUZ_SCORE_H
#define TRASLUZ_SCORE_H

#include "audio/audio.h"
#include "audio/sound.h"
#include "model/model.h"

typedef struct {
    double samples;
    double signal;  // squares of the recording's samples
    double codec;   // squares of the model's error
    double lowpass; // squares of the low-pass's error
} Score;

typedef struct Scorer Scorer;

// The model must outlive it.
Scorer *scorer_new(const Model *model, Error *error);
void scorer_free(Scorer *scorer);

// Scores a sound at the model's rate, of at least one sample, as a whole: encoded and decoded as
// the network was trained, zero padding at both ends. `sink` takes what comes back, as long as the
// sound, and may end it with an error; it may be NULL.
bool scorer_run(Scorer *scorer, const Sound *sound, AudioSink *sink, void *data, Score *score,
                Error *error);

// False where the latent has as many numbers as the audio: then a low-pass that keeps as many loses
// nothing.
bool score_has_lowpass(const Model *model);

// The signal's power over the error's in dB; NaN for silence, which has none.
double score_snr(double signal, double error);

#endif
