// window.h: the two windows of a spectrum's frames: a long one for the analysis, so that bass tones
// are told apart, and a short one for the synthesis, so that the delay is short (Mauler and Martin,
// "A low delay, variable resolution, perfect reconstruction spectral analysis-synthesis system for
// speech enhancement", EUSIPCO 2007). Computed off the audio thread.
#ifndef TRASLUZ_WINDOW_H
#define TRASLUZ_WINDOW_H

// Writes the analysis window [size]: it rises over size - hop samples as the root of a Hann window
// does, and falls over the last hop samples.
void window_analysis(float *window, int size, int hop);

// Writes the synthesis window [2 hop], for the last two hops of a frame. Its product with the
// analysis window is the Hann window of 2 hop samples, whose copies at each hop sum to 1. size: of
// the analysis window, at least 2 hop.
void window_synthesis(float *window, int size, int hop);

#endif
