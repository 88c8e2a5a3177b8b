// frozen.h: the sound of one frame that goes on for as long as is wanted: each peak of its spectrum
// becomes a steady tone, which keeps the pitch that the phases of this frame and the one before it
// give (a phase vocoder with identity phase locking: Laroche and Dolson, "Improved phase vocoder
// time-scale modification of audio", IEEE Transactions on Speech and Audio Processing 7(3), 1999).
// Nothing is repeated, so no loop is heard. All channels share the peaks and how their phases turn,
// so the stereo image stays.
//
// The frames are added up under a window as long as the analysis window: a short one would let the
// hops be heard. Their beginning lies at that of the short window, two hops before the frame's
// end, so they reach full strength later than the frames of the signal; see frozen_lag().
//
// frozen_layout() and frozen_init() are for the time of creation; the rest is real-time safe. One
// thread at a time.
#ifndef TRASLUZ_FROZEN_H
#define TRASLUZ_FROZEN_H

#include "front/analysis.h"
#include "front/synthesis.h"

typedef struct {
    ArchFront front;
    int channels, bins;
    AnalysisFrame frame; // the frozen frame's
    Bin *spectra;        // [channels][bins]
    uint32_t *advance;   // [bins]: of the phase in a hop; 2^32 is a whole turn
    float *power;        // [bins]: of all channels
    Bin *turn;           // [bins]: how far the phases have turned, times the gain
    float *window;       // [window]
    float *overlap;      // [channels][window]
    int left;            // hops of the overlap that are not empty
} Frozen;

// Takes the memory for a front's frames.
void frozen_layout(Frozen *frozen, const ArchFront *front, int channels, Arena *arena);

// Fills it. analysis_window[window] is that of the frames.
void frozen_init(Frozen *frozen, const float *analysis_window);

// Returns the hops by which a frozen frame is heard later than a frame of the signal.
int frozen_lag(const ArchFront *front);

// Forgets what has been added and not read yet; the frozen frame stays.
void frozen_reset(Frozen *frozen);

// Freezes a frame: its spectra, those of the frame before, [channel][bins], and its levels.
void frozen_take(Frozen *frozen, Bin *const *spectra, Bin *const *before,
                 const AnalysisFrame *frame);

// Adds a frame of the sound, `at` hops after the frozen one, by `amount`. change[bins] is its
// gains less 1, as bands_interpolate() writes them, or NULL.
void frozen_add(Frozen *frozen, Synthesis *synthesis, int64_t at, float amount,
                const float *change);

// Adds the hop that is complete to out[channel][hop].
void frozen_read(Frozen *frozen, float *const *out);

#endif
