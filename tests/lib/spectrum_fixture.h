// spectrum_fixture.h: what tests of the spectrum need beside fixture.h: fronts of several sizes,
// their bands, and noise.
#ifndef TRASLUZ_SPECTRUM_FIXTURE_H
#define TRASLUZ_SPECTRUM_FIXTURE_H

#include "front/spectrum.h"
#include "lib/fixture.h"

#define RATE 48000.0

// Window, hop, bands, floor: as in use, of odd hops, and the window as long as two hops.
static const ArchFront fronts[] = {
    {FRONT_SPECTRUM, 2048, 256, 64, 80},  {FRONT_SPECTRUM, 1024, 128, 48, 80},
    {FRONT_SPECTRUM, 2048, 256, 280, 90}, {FRONT_SPECTRUM, 1024, 96, 40, 60},
    {FRONT_SPECTRUM, 256, 77, 20, 60},    {FRONT_SPECTRUM, 64, 32, 16, 60},
};
enum { FRONTS = sizeof fronts / sizeof *fronts };

// Bands and the block that they lie in, for free().
typedef struct {
    void *block;
    Bands bands;
} TestBands;

__attribute__((unused)) static TestBands make_bands(const ArchFront *front)
{
    TestBands made = {0};
    Arena arena = {NULL, 0};
    bands_layout(&made.bands, front, &arena);
    arena = (Arena){arena_block(arena.used), 0};
    made.block = arena.block;
    bands_layout(&made.bands, front, &arena);
    bands_init(&made.bands, front, RATE);
    return made;
}

// A spectrum of one frame at a time, for spectrum_free().
__attribute__((unused)) static Spectrum *make_spectrum(const ArchFront *front, int channels,
                                                       double host_rate, const float *mean)
{
    return spectrum_new(&(SpectrumSetup){.front = front,
                                         .rate = RATE,
                                         .limit = analysis_limit(host_rate, RATE),
                                         .band_mean = mean,
                                         .channels = channels,
                                         .frames = 1});
}

// Writes white noise.
__attribute__((unused)) static void noise(float *audio, size_t n, uint32_t seed, float rms)
{
    const RandomKey key = {.seed = seed, .stream = 5};
    for (size_t i = 0; i < n; i += 2) {
        float pair[2];
        uint32_t words[4];
        random_words(key, i, 0, words);
        for (int j = 0; j < 2; j++) {
            const double u = ((double)words[2 * j] + 1.0) / 4294967297.0;
            pair[j] =
                rms * (float)(sqrt(-2.0 * log(u)) *
                              cos(6.283185307179586 * (double)words[2 * j + 1] / 4294967296.0));
        }
        audio[i] = pair[0];
        if (i + 1 < n) audio[i + 1] = pair[1];
    }
}

#endif
