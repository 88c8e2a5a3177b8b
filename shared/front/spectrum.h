// spectrum.h: the spectrum of audio as a stream, a hop at a time, for any number of audio channels
// that share one set of bands. Each hop gives a frame of levels and keeps the channels' spectra
// until the frame's gains are known; each frame's gains give a hop of what they add to the audio.
// With M the hop, frame t is made of the samples before (t + 1) M, with zeros before the signal,
// and its gains give the samples from (t - 1) M to t M: two hops after they went in.
//
// Created off the audio thread, in one block of memory; the rest is real-time safe. One thread
// at a time.
#ifndef TRASLUZ_SPECTRUM_H
#define TRASLUZ_SPECTRUM_H

#include "front/analysis.h"

typedef struct Spectrum Spectrum;

typedef struct {
    const ArchFront *front;
    double rate;            // Hz, of the model
    double limit;           // Hz: see analysis_limit()
    const float *band_mean; // [bands], copied; NULL for zeros
    int channels;           // of audio
    int frames;             // the most that wait for their gains, at least 1
} SpectrumSetup;

// Returns the bytes that a spectrum takes. Allocates nothing.
size_t spectrum_bytes(const SpectrumSetup *setup);

// Creates a spectrum; spectrum_free() frees it. NULL if memory is short. Allocates.
Spectrum *spectrum_new(const SpectrumSetup *setup);
void spectrum_free(Spectrum *spectrum); // NULL is allowed

// Starts a signal, with zeros before it.
void spectrum_reset(Spectrum *spectrum);

// Takes the next hop of each channel, audio[channel][hop], finite samples. Returns the frame that
// it ends; it lasts until its gains have been given. At most `frames` frames wait.
const AnalysisFrame *spectrum_analyse(Spectrum *spectrum, const float *const *audio);

// Takes a hop whose frame nobody needs: the frame counts as silent, and nothing of it is computed.
// It must not be the one before a frame that is frozen.
const AnalysisFrame *spectrum_pass(Spectrum *spectrum, const float *const *audio);

// Returns the frame that has waited longest, or NULL.
const AnalysisFrame *spectrum_oldest(const Spectrum *spectrum);

// Gives the oldest frame its gains, one for each band as natural logarithms, or NULL for no change;
// silent frames are not changed. Writes the hop that is complete with it to out[channel][hop]: what
// the gains add to the audio. Exactly 0 where no frame was changed.
void spectrum_synthesise(Spectrum *spectrum, const float *gains, float *const *out);

// Freezes the oldest frame: see frozen.h.
void spectrum_freeze(Spectrum *spectrum);

// Returns the frozen frame's levels.
const AnalysisFrame *spectrum_frozen(const Spectrum *spectrum);

// Lets the next spectrum_synthesise() take by `amount`, 0 to 1, the frozen frame in place of the
// oldest, as it sounds `at` hops after it was frozen. The gains are those of both.
void spectrum_set_frozen(Spectrum *spectrum, float amount, int64_t at);

#endif
