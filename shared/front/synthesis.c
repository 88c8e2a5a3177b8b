#include "front/synthesis.h"

#include "front/window.h"

#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <string.h>

void synthesis_layout(Synthesis *synthesis, const ArchFront *front, Arena *arena)
{
    const size_t size = (size_t)front->window, bins = size / 2 + 1;
    size_t bytes = 0;
    kiss_fftr_alloc(front->window, 1, NULL, &bytes);
    synthesis->front = *front;
    synthesis->window = arena_floats(arena, 2 * (size_t)front->hop);
    synthesis->spectrum = arena_take(arena, bins * sizeof *synthesis->spectrum);
    synthesis->frame = arena_floats(arena, size);
    synthesis->change = arena_floats(arena, bins);
    synthesis->limited = arena_floats(arena, (size_t)front->bands);
    synthesis->fft = arena_take(arena, bytes);
}

void synthesis_init(Synthesis *synthesis)
{
    const ArchFront *front = &synthesis->front;
    size_t bytes = SIZE_MAX;
    kiss_fftr_alloc(front->window, 1, synthesis->fft, &bytes);
    window_synthesis(synthesis->window, front->window, front->hop);
    // kissfft's transform and its inverse multiply by the size.
    for (int i = 0; i < 2 * front->hop; i++) synthesis->window[i] /= (float)front->window;
}

bool synthesis_set_gains(Synthesis *synthesis, const Bands *bands, const float *gains)
{
    bool changes = false;
    for (int k = 0; k < bands->bands; k++) {
        float gain = isnan(gains[k]) ? 0.0f : gains[k];
        if (gain > SYNTHESIS_LIFT_MAX) gain = SYNTHESIS_LIFT_MAX;
        if (gain < BANDS_GAIN_MIN) gain = BANDS_GAIN_MIN;
        synthesis->limited[k] = gain;
        changes = changes || gain != 0.0f;
    }
    if (changes) bands_interpolate(bands, synthesis->limited, synthesis->change);
    return changes;
}

const float *synthesis_transform(Synthesis *synthesis)
{
    kiss_fftri(synthesis->fft, (const kiss_fft_cpx *)synthesis->spectrum, synthesis->frame);
    return synthesis->frame;
}

void synthesis_add(Synthesis *synthesis, const Bin *spectrum, float kept, float *overlap)
{
    const int size = synthesis->front.window, span = 2 * synthesis->front.hop;
    for (int b = 0; b <= size / 2; b++) {
        const float change = kept * synthesis->change[b] + (kept - 1.0f); // kept * G - 1
        synthesis->spectrum[b].re = spectrum[b].re * change;
        synthesis->spectrum[b].im = spectrum[b].im * change;
    }
    const float *last = synthesis_transform(synthesis) + size - span;
    for (int i = 0; i < span; i++) overlap[i] += last[i] * synthesis->window[i];
}
