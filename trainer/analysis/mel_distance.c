#include "analysis/mel_distance.h"

#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_MAX = 2048 };

#define SOFTEST 1e-8f // power relative to a full-scale sine: -80 dB

const int mel_windows[MEL_RESOLUTIONS] = {2048, 1024, 512};
static const int mel_bands[MEL_RESOLUTIONS] = {80, 64, 32};

typedef struct {
    int window, bands;
    Bands band;
    void *memory; // of `band`
    kiss_fftr_cfg fft;
    float *hann; // [window], scaled so that a full-scale sine has power 1
    double sum;  // of absolute differences, in dB
    uint64_t terms;
} Resolution;

struct MelDistance {
    Resolution resolution[MEL_RESOLUTIONS];
    float recent[2][2 * WINDOW_MAX]; // the original's last samples and the decoded's
    size_t filled;                   // of them
    uint64_t fed;
};

static bool resolution_init(Resolution *resolution, int r, double rate)
{
    const double pi = 3.14159265358979323846;
    const int window = mel_windows[r];
    const ArchFront front = {FRONT_SPECTRUM, window, window / 4, mel_bands[r], 80};
    Arena arena = {NULL, 0};
    *resolution = (Resolution){.window = window, .bands = mel_bands[r]};
    bands_layout(&resolution->band, &front, &arena);
    resolution->memory = arena_block(arena.used);
    resolution->fft = kiss_fftr_alloc(window, 0, NULL, NULL);
    resolution->hann = malloc((size_t)window * sizeof *resolution->hann);
    if (!resolution->memory || !resolution->fft || !resolution->hann) return false;
    arena = (Arena){resolution->memory, 0};
    bands_layout(&resolution->band, &front, &arena);
    bands_init(&resolution->band, &front, rate);
    for (int i = 0; i < window; i++)
        resolution->hann[i] = (float)((2.0 - 2.0 * cos(2.0 * pi * i / window)) / window);
    return true;
}

MelDistance *mel_distance_new(double rate)
{
    MelDistance *mel = calloc(1, sizeof *mel);
    bool ok = mel;
    for (int r = 0; ok && r < MEL_RESOLUTIONS; r++)
        ok = resolution_init(&mel->resolution[r], r, rate);
    if (ok) return mel;
    mel_distance_free(mel);
    return NULL;
}

void mel_distance_free(MelDistance *mel)
{
    if (!mel) return;
    for (int r = 0; r < MEL_RESOLUTIONS; r++) {
        free(mel->resolution[r].memory);
        kiss_fftr_free(mel->resolution[r].fft);
        free(mel->resolution[r].hann);
    }
    free(mel);
}

void mel_distance_reset(MelDistance *mel)
{
    for (int r = 0; r < MEL_RESOLUTIONS; r++) {
        mel->resolution[r].sum = 0.0;
        mel->resolution[r].terms = 0;
    }
    mel->filled = 0;
    mel->fed = 0;
}

static void find_powers(const Resolution *resolution, const float *audio, float *power)
{
    float frame[WINDOW_MAX];
    Bin spectrum[WINDOW_MAX / 2 + 1];
    for (int i = 0; i < resolution->window; i++) frame[i] = audio[i] * resolution->hann[i];
    kiss_fftr(resolution->fft, frame, (kiss_fft_cpx *)spectrum);
    memset(power, 0, (size_t)resolution->bands * sizeof *power);
    bands_add_power(&resolution->band, spectrum, power);
}

// Adds the frame that ends with the last sample fed.
static void add_frame(MelDistance *mel, Resolution *resolution)
{
    float original[SPECTRUM_BANDS_MAX], decoded[SPECTRUM_BANDS_MAX];
    const size_t at = mel->filled - (size_t)resolution->window;
    find_powers(resolution, mel->recent[0] + at, original);
    find_powers(resolution, mel->recent[1] + at, decoded);
    for (int k = 0; k < resolution->bands; k++) {
        const float was = fmaxf(original[k], SOFTEST), is = fmaxf(decoded[k], SOFTEST);
        resolution->sum += fabs(10.0 * log10((double)is / (double)was));
    }
    resolution->terms += (uint64_t)resolution->bands;
}

void mel_distance_add(MelDistance *mel, const float *original, const float *decoded, size_t n)
{
    const size_t shortest = (size_t)mel_windows[MEL_RESOLUTIONS - 1] / 4; // hop
    while (n > 0) {
        const size_t left = shortest - (size_t)(mel->fed % shortest), m = n < left ? n : left;
        if (mel->filled + m > 2 * WINDOW_MAX) { // keep the longest window
            for (int side = 0; side < 2; side++)
                memmove(mel->recent[side], mel->recent[side] + mel->filled - WINDOW_MAX,
                        WINDOW_MAX * sizeof(float));
            mel->filled = WINDOW_MAX;
        }
        memcpy(mel->recent[0] + mel->filled, original, m * sizeof *original);
        memcpy(mel->recent[1] + mel->filled, decoded, m * sizeof *decoded);
        mel->filled += m;
        mel->fed += m;
        original += m;
        decoded += m;
        n -= m;
        for (int r = 0; r < MEL_RESOLUTIONS; r++) {
            const uint64_t window = (uint64_t)mel_windows[r];
            if (mel->fed >= window && mel->fed % (window / 4) == 0)
                add_frame(mel, &mel->resolution[r]);
        }
    }
}

void mel_distance_read(const MelDistance *mel, double decibels[MEL_RESOLUTIONS])
{
    for (int r = 0; r < MEL_RESOLUTIONS; r++) {
        const Resolution *resolution = &mel->resolution[r];
        decibels[r] = resolution->terms > 0 ? resolution->sum / (double)resolution->terms : 0.0;
    }
}
