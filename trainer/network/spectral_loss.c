#include "network/spectral_loss.h"

#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

const int spectral_size[SPECTRAL_SIZES] = {SPECTRAL_SIZE_MIN, 512, 2048};

enum { HOPS = 4 }; // in a transform's size

// One resolution.
typedef struct {
    int size;
    size_t frames;
    kiss_fftr_cfg forward, inverse;
    float *window;                // [size], scaled so that a sine of full scale has magnitude 1
    float *frame;                 // [size]
    kiss_fft_cpx *output, *audio; // [size / 2 + 1]
} Resolution;

struct SpectralLoss {
    int resolutions;
    Resolution resolution[SPECTRAL_SIZES];
};

static bool resolution_init(Resolution *r, int size, size_t n)
{
    static const double pi = 3.14159265358979323846;
    const size_t bins = (size_t)size / 2 + 1;
    r->size = size;
    r->frames = (n - (size_t)size) / ((size_t)size / HOPS) + 1;
    r->forward = kiss_fftr_alloc(size, 0, NULL, NULL);
    r->inverse = kiss_fftr_alloc(size, 1, NULL, NULL);
    r->window = malloc((size_t)size * sizeof(float));
    r->frame = malloc((size_t)size * sizeof(float));
    r->output = malloc(bins * sizeof *r->output);
    r->audio = malloc(bins * sizeof *r->audio);
    if (!r->forward || !r->inverse || !r->window || !r->frame || !r->output || !r->audio)
        return false;
    for (int i = 0; i < size; i++) // its sum is size / 2, and a sine has half its height in a bin
        r->window[i] = (float)((0.5 - 0.5 * cos(2.0 * pi * i / size)) * 4.0 / size);
    return true;
}

SpectralLoss *spectral_loss_new(size_t n)
{
    SpectralLoss *loss = calloc(1, sizeof *loss);
    if (!loss) return NULL;
    bool ok = true;
    for (int i = 0; ok && i < SPECTRAL_SIZES && (size_t)spectral_size[i] <= n; i++)
        ok = resolution_init(&loss->resolution[loss->resolutions++], spectral_size[i], n);
    if (ok) return loss;
    spectral_loss_free(loss);
    return NULL;
}

void spectral_loss_free(SpectralLoss *loss)
{
    if (!loss) return;
    for (int i = 0; i < loss->resolutions; i++) {
        Resolution *r = &loss->resolution[i];
        kiss_fftr_free(r->forward);
        kiss_fftr_free(r->inverse);
        free(r->window);
        free(r->frame);
        free(r->output);
        free(r->audio);
    }
    free(loss);
}

static void transform(const Resolution *r, const float *sound, kiss_fft_cpx *spectrum)
{
    for (int i = 0; i < r->size; i++) r->frame[i] = r->window[i] * sound[i];
    kiss_fftr(r->forward, r->frame, spectrum);
}

static float magnitude(kiss_fft_cpx bin)
{
    return sqrtf(bin.r * bin.r + bin.i * bin.i + (float)(SPECTRAL_FLOOR * SPECTRAL_FLOOR));
}

// The sum over the frame's bins; leaves its derivative by the output's bins in r->output.
static double compare(const Resolution *r)
{
    double sum = 0.0;
    for (int k = 0; k <= r->size / 2; k++) {
        const float ours = magnitude(r->output[k]), wanted = magnitude(r->audio[k]);
        const float sign = ours > wanted ? 1.0f : ours < wanted ? -1.0f : 0.0f;
        sum += sign * ((ours - wanted) + logf(ours / wanted));
        const float slope = sign * (1.0f + 1.0f / ours) / ours;
        r->output[k].r *= slope;
        r->output[k].i *= slope;
    }
    return sum;
}

// Adds `scale` times the derivative by the frame's samples: the transposed transform, which is the
// inverse one of a spectrum with half the weight in all bins that it takes twice.
static void spread(const Resolution *r, float scale, float *gradient)
{
    const int last = r->size / 2;
    r->output[0].i = r->output[last].i = 0.0f;
    for (int k = 1; k < last; k++) {
        r->output[k].r *= 0.5f;
        r->output[k].i *= 0.5f;
    }
    kiss_fftri(r->inverse, r->output, r->frame);
    for (int i = 0; i < r->size; i++) gradient[i] += scale * r->window[i] * r->frame[i];
}

double spectral_loss(SpectralLoss *loss, const float *output, const float *audio, double weight,
                     float *gradient)
{
    double mean = 0.0;
    for (int i = 0; i < loss->resolutions; i++) {
        const Resolution *r = &loss->resolution[i];
        const int bins = r->size / 2 + 1;
        const double share = 1.0 / ((double)loss->resolutions * (double)r->frames * (double)bins);
        double sum = 0.0;
        for (size_t t = 0; t < r->frames; t++) {
            const size_t at = t * (size_t)(r->size / HOPS);
            transform(r, output + at, r->output);
            transform(r, audio + at, r->audio);
            sum += compare(r);
            if (gradient) spread(r, (float)(weight * share), gradient + at);
        }
        mean += sum * share;
    }
    return mean;
}
