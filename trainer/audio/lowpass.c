#include "audio/lowpass.h"

#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The signal is transformed in windows (6 s at 22 050 Hz): a transform of a whole song needs more
// memory and is less exact. Only the middle half of each window counts: the transform wraps around
// at the ends, which adds an error that the low-pass does not have.
enum { WINDOW = 1 << 17, MARGIN = WINDOW / 4, STEP = WINDOW / 2, BINS = WINDOW / 2 + 1 };

struct LowPass {
    kiss_fftr_cfg forward, backward;
    kiss_fft_cpx *bins; // [BINS]
    float *window;      // [WINDOW]
    size_t cut;         // first bin that is removed
};

LowPass *lowpass_new(double share, Error *error)
{
    LowPass *lowpass = calloc(1, sizeof *lowpass);
    if (lowpass) {
        *lowpass = (LowPass){
            .forward = kiss_fftr_alloc(WINDOW, 0, NULL, NULL),
            .backward = kiss_fftr_alloc(WINDOW, 1, NULL, NULL),
            .bins = malloc(BINS * sizeof *lowpass->bins),
            .window = malloc(WINDOW * sizeof *lowpass->window),
            .cut = share < 1.0 ? (size_t)lround(share * (BINS - 1)) : BINS,
        };
        if (lowpass->forward && lowpass->backward && lowpass->bins && lowpass->window)
            return lowpass;
    }
    lowpass_free(lowpass);
    error_out_of_memory(error);
    return NULL;
}

void lowpass_free(LowPass *lowpass)
{
    if (!lowpass) return;
    kiss_fftr_free(lowpass->forward);
    kiss_fftr_free(lowpass->backward);
    free(lowpass->bins);
    free(lowpass->window);
    free(lowpass);
}

// Copies the window whose middle half begins at `start`.
static void read_window(const Sound *sound, size_t start, float *window)
{
    const size_t before = start < MARGIN ? MARGIN - start : 0; // silence
    memset(window, 0, before * sizeof *window);
    sound_read(sound, start + before - MARGIN, WINDOW - before, window + before);
}

double lowpass_error(LowPass *lowpass, const Sound *sound)
{
    const size_t samples = sound->samples;
    double sum = 0.0;
    for (size_t start = 0; start < samples; start += STEP) {
        read_window(sound, start, lowpass->window);
        kiss_fftr(lowpass->forward, lowpass->window, lowpass->bins);
        // Transforms back what is removed, not what is kept: a small error is then not the
        // difference of two large numbers.
        const size_t kept = lowpass->cut < BINS ? lowpass->cut : BINS;
        memset(lowpass->bins, 0, kept * sizeof *lowpass->bins);
        kiss_fftri(lowpass->backward, lowpass->bins, lowpass->window);
        const size_t n = samples - start < STEP ? samples - start : STEP;
        for (size_t i = 0; i < n; i++) {
            const double lost = (double)lowpass->window[MARGIN + i] / WINDOW;
            sum += lost * lost;
        }
    }
    return sum;
}
