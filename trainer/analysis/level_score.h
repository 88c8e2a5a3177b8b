// level_score.h: how well a spectral model gives the log levels of a recording back, and how well
// its principal components do with as many values per second: the log-spectral distance (LSD), the
// RMS difference over the bands of a frame, in dB, as a mean over the frames that are not silent.
//
// A LevelScorer is for one thread at a time; making one allocates.
#ifndef TRASLUZ_LEVEL_SCORE_H
#define TRASLUZ_LEVEL_SCORE_H

#include "audio/sound.h"
#include "model/model.h"

// Sums over frames, so that scores can be added: lsd / frames is the distance.
typedef struct {
    double frames;          // not silent
    double lsd;             // of the model
    double pca_frames, pca; // of its principal components; 0 frames if it has none
} LevelScore;

typedef struct LevelScorer LevelScorer;

// Makes a scorer; the model has a spectrum and must outlive it. NULL when memory is short.
LevelScorer *level_scorer_new(const Model *model);
void level_scorer_free(LevelScorer *scorer); // NULL is allowed

// Scores a sound at the model's rate by the engine's encoder and decoder, zeros before
// and after it.
LevelScore level_scorer_run(LevelScorer *scorer, const Sound *sound);

#endif
