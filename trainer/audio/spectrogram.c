#include "audio/spectrogram.h"

#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

// Buffers of one transform.
typedef struct {
    kiss_fftr_cfg fft;
    float *window;      // [size] Hann, scaled so that a full-scale sine gives 1
    float *frame;       // [size]
    kiss_fft_cpx *bins; // [size / 2 + 1]
} Transform;

static bool transform_make(Transform *transform, size_t size)
{
    *transform = (Transform){
        .fft = kiss_fftr_alloc((int)size, 0, NULL, NULL),
        .window = malloc(size * sizeof *transform->window),
        .frame = malloc(size * sizeof *transform->frame),
        .bins = malloc((size / 2 + 1) * sizeof *transform->bins),
    };
    if (!transform->fft || !transform->window || !transform->frame || !transform->bins)
        return false;
    // Half of a sine is at the negative frequency, and the mean of the window is 1/2.
    const double scale = 4.0 / (double)size;
    for (size_t i = 0; i < size; i++)
        transform->window[i] =
            (float)(scale * (0.5 - 0.5 * cos(2.0 * PI * (double)i / (double)size)));
    return true;
}

static void transform_free(Transform *transform)
{
    kiss_fftr_free(transform->fft);
    free(transform->window);
    free(transform->frame);
    free(transform->bins);
}

// Copies the samples around `centre` and applies the window.
static void cut_frame(Transform *transform, const float *audio, size_t samples, size_t size,
                      size_t centre)
{
    for (size_t i = 0; i < size; i++) {
        const size_t at = centre + i; // half a window later, so that it is never negative
        const bool inside = at >= size / 2 && at - size / 2 < samples;
        transform->frame[i] = inside ? audio[at - size / 2] * transform->window[i] : 0.0f;
    }
}

static float level_of(kiss_fft_cpx bin)
{
    const float level = 10.0f * log10f(bin.r * bin.r + bin.i * bin.i);
    return level > SPECTROGRAM_FLOOR ? level : SPECTROGRAM_FLOOR;
}

bool spectrogram_make(Spectrogram *spectrogram, const float *audio, size_t samples, size_t size,
                      size_t hop, Error *error)
{
    *spectrogram = (Spectrogram){
        .size = size,
        .hop = hop,
        .frames = samples / hop + 1,
        .bins = size / 2 + 1,
    };
    Transform transform;
    const size_t values = spectrogram->frames * spectrogram->bins;
    spectrogram->level = malloc(values * sizeof *spectrogram->level);
    const bool good = transform_make(&transform, size) && spectrogram->level;
    for (size_t t = 0; good && t < spectrogram->frames; t++) {
        cut_frame(&transform, audio, samples, size, t * hop);
        kiss_fftr(transform.fft, transform.frame, transform.bins);
        float *level = spectrogram->level + t * spectrogram->bins;
        for (size_t b = 0; b < spectrogram->bins; b++) level[b] = level_of(transform.bins[b]);
    }
    transform_free(&transform);
    if (good) return true;
    spectrogram_free(spectrogram);
    return error_out_of_memory(error);
}

void spectrogram_free(Spectrogram *spectrogram)
{
    free(spectrogram->level);
    *spectrogram = (Spectrogram){0};
}
