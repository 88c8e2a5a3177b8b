// analysis.h: from a frame's samples to its spectrum and what the network sees of it: the log
// levels of the bands, the frame's own level taken off. Engine and trainer use the same code.
//
// Levels are natural logarithms of an amplitude (1 is 8.686 dB) of which white noise of RMS r has r
// in each band. The floor lies a fixed distance below the frame's strongest band, so that softer
// music has the same levels but for its own. analysis_new() allocates; analysis_process() is
// real-time safe. One thread at a time.
#ifndef TRASLUZ_ANALYSIS_H
#define TRASLUZ_ANALYSIS_H

#include "front/bands.h"

// A frame whose strongest band has less power than this is silent: -120 dB. So is one that has less
// beside a constant offset, which nobody hears.
#define ANALYSIS_SILENCE 1e-12f

// What the network sees of a frame.
typedef struct {
    float *values;  // [bands]: log level less the frame's level and the band's mean
    float *powers;  // [bands]: sum of the bins' powers, K-weighted; NULL if not wanted
    float level;    // mean over the bands of log level less the band's mean
    float loudness; // half the log of the sum of the powers, of which white noise of RMS 1 has 0
    bool silent;    // values and powers are 0, level and loudness those of the threshold
} AnalysisFrame;

// All that an analysis needs; its arrays lie in one block of memory.
typedef struct {
    ArchFront front;
    Bands bands;
    int present;      // bands that the signal can fill; the others are at their mean
    float *window;    // [window]
    float *frame;     // [window]: the windowed samples
    float *band_mean; // [bands]
    float *weight;    // [bands]: sum over the bins of their weights times the K-weighting
    float unit;       // from a bin's power to that of white noise, for each sample
    void *fft;        // kissfft's
} Analysis;

// Takes the memory of an analysis.
void analysis_layout(Analysis *analysis, const ArchFront *front, Arena *arena);

// Fills it. rate: the model's, in Hz. limit: up to where the signal can have something, in Hz, as
// analysis_limit() says. band_mean[bands]: of the model; NULL for zeros. Real-time safe, but slow.
void analysis_init(Analysis *analysis, double rate, double limit, const float *band_mean);

// Returns the limit for a host's rate, in Hz: what is left after resampling to the model's, or the
// model's rate.
double analysis_limit(double host_rate, double rate);

// Creates an analysis in a block of its own, as analysis_init() says; free() frees it. NULL if
// memory is short. Allocates.
Analysis *analysis_new(const ArchFront *front, double rate, double limit, const float *band_mean);

// Analyses a frame of `channels` audio channels, audio[channel][window], the newest sample last.
// Writes spectra[channel][window / 2 + 1], and the frame's levels from the mean of the channels'
// powers. Samples are finite.
void analysis_process(Analysis *analysis, const float *const *audio, int channels,
                      Bin *const *spectra, AnalysisFrame *frame);

// Writes what analysis_process() would write for a frame of zeros, without a transform.
void analysis_zero(const Analysis *analysis, int channels, Bin *const *spectra,
                   AnalysisFrame *frame);

#endif
