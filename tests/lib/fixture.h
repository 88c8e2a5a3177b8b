// fixture.h: what several tests need: models with known weights, signals, temporary folders.
#ifndef TRASLUZ_FIXTURE_H
#define TRASLUZ_FIXTURE_H

#include "math/random.h"
#include "model/model.h"
#include "network/initialize.h"
#include "network/named_arch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The report's eight architectures, and odd ones: one layer, a hop of one, strides beyond
// kernels, paddings beyond kernels, a decoder of its own, eight layers, residual blocks
// everywhere, a linear path.
static const char *const fixture_archs[] = {
    "figure3_1",
    "figure3_2",
    "figure3_3",
    "figure3_4",
    "figure3_5",
    "figure3_6",
    "figure3_7",
    "figure3_8",
    "1k1s1p0",
    "5k7s1p3",
    "3k2s5p0",
    "6k3s7p2,5k2s3p1",
    "4k4s2p6,3k3s2p5",
    "7k31s4p0,3k9s2p8",
    "8k16s8p4",
    "3k4s2p1,4k6s3p2/5k3s3p0,1k8s2p3",
    "4k5s2p4,3k3s3p0/6k4s3p1,1k8s2p4",
    "4k8s2p3,4k4s2p1/4k8s2p3,1k2s2p0",
    "4k3s1p1,4k3s2p1,4k3s1p1,4k4s2p1,4k3s1p1,4k3s1p2,4k2s1p1,3k5s2p2",
    "r2k3d4,6k8s6p4,r5k3d1,r5k2d9,5k6s3p4,r7k3d2,3k5s2p4,r8k3d3",
    "4k8s2p3,r4k3d5,4k4s2p1/r3k2d1,4k8s2p3,r9k4d2,1k2s2p0,r1k2d1",
    "6k8s6p4,5k6s3p4,3k5s2p4+linear",
    "5k16s4p6,r4k3d2,3k9s2p4+linear",
    "5k12s4p5,r4k3d2,3k9s2p4/4k9s2p4,r5k3d1,1k14s4p6+linear",
};
enum { FIXTURE_ARCHS = sizeof fixture_archs / sizeof *fixture_archs };

// Spectra: those known by name; a network of hop 2 that looks a frame ahead; one with a linear path
// and a window of two hops; a decoder of its own; the smallest of all.
__attribute__((unused)) static const char *const fixture_spectra[] = {
    "espectro",
    "espectro_directo",
    "spectrum1024h96b40f70:32k4s2p1,r16k3d2,8k1s1p0",
    "spectrum64h32b16f20:16k3s1p1,r8k3d2,4k2s2p0+linear",
    "spectrum256h40b30f120:16k1s1p0,4k1s1p0/12k3s1p1,30k1s1p0",
    "spectrum64h8b4f60:1k1s1p0",
};
enum { FIXTURE_SPECTRA = sizeof fixture_spectra / sizeof *fixture_spectra };

// Any of both.
__attribute__((unused)) static const char *fixture_any(int i)
{
    return i < FIXTURE_ARCHS ? fixture_archs[i] : fixture_spectra[i - FIXTURE_ARCHS];
}

// The statistics of a spectrum's fixture, from `values` drawn: bands that fall, axes along the
// first channels, components along the first bands.
enum { FIXTURE_STATISTICS = 1 << 17 };
__attribute__((unused)) static void fixture_spectrum(const Arch *arch, float *values,
                                                     ModelStatistics *statistics)
{
    const size_t channels = (size_t)arch_latent_channels(arch), bands = (size_t)arch_inputs(arch);
    const size_t frames = (size_t)arch_network_hop(arch);
    float *axes = values, *axes_std = axes + MODEL_AXES * channels, *mean = axes_std + MODEL_AXES;
    float *pca = mean + bands, *piece_axes = pca + channels * frames * bands;
    float *piece_std = piece_axes + channels * channels;
    if (arch->front.kind != FRONT_SPECTRUM) return;
    memset(values, 0, FIXTURE_STATISTICS * sizeof *values);
    for (size_t a = 0; a < MODEL_AXES; a++) {
        if (a < channels) axes[a * channels + a] = 1.0f;
        axes_std[a] = a < channels ? 2.0f / (float)(1 + a) : 0.0f;
    }
    for (size_t k = 0; k < bands; k++) mean[k] = 2.0f - 4.0f * (float)k / (float)(bands - 1);
    const bool has_room = (size_t)(pca - values) + channels * frames * bands <= FIXTURE_STATISTICS;
    for (size_t c = 0; has_room && c < channels && c < bands; c++)
        pca[c * frames * bands + c] = 1.0f;
    statistics->axes = axes;
    statistics->axes_std = axes_std;
    statistics->band_mean = mean;
    for (size_t c = 0; c < channels; c++) {
        piece_axes[c * channels + c] = 1.0f;
        piece_std[c] = 0.5f;
    }
    statistics->pca = has_room ? pca : NULL;
    statistics->piece_axes = piece_axes;
    statistics->piece_std = piece_std;
}

// A model with a training's first weights, but for those that start at 0, which are drawn too so
// that no part is silent; and a latent of mean 0 and deviation 1 unless set otherwise.
__attribute__((unused)) static Model *fixture_model(const char *text, Activation activation,
                                                    double rate, uint32_t seed)
{
    Error error;
    Arch arch;
    if (!named_arch_parse(&arch, text, activation, &error)) {
        fprintf(stderr, "%s: %s\n", text, error.text);
        return NULL;
    }
    const size_t count = arch_parameters(&arch);
    float *parameters = malloc(count * sizeof(float));
    float mean[ARCH_CHANNELS_MAX] = {0}, std[ARCH_CHANNELS_MAX];
    for (int i = 0; i < ARCH_CHANNELS_MAX; i++) std[i] = 1.0f;
    initialize_parameters(&arch, seed, parameters);
    const RandomKey key = {.seed = seed, .stream = 76};
    for (size_t i = 0; i < count; i++)
        if (parameters[i] == 0.0f)
            parameters[i] = 1e-4f * (float)((int)random_below(key, i, 2001) - 1000);
    const ModelInfo info = {.name = "fixture", .level = NAN};
    static float values[FIXTURE_STATISTICS];
    ModelStatistics statistics = {.mean = mean, .std = std};
    fixture_spectrum(&arch, values, &statistics);
    Model *model = model_new(&arch, rate, parameters, &statistics, &info, &error);
    free(parameters);
    return model;
}

// Chords with noise and a decaying envelope: energy in every band, edges that are not zero.
__attribute__((unused)) static void fixture_signal(float *audio, size_t n, double rate,
                                                   uint32_t seed)
{
    const RandomKey key = {.seed = seed, .stream = 77};
    for (size_t i = 0; i < n; i++) {
        const double t = (double)i / rate;
        const double envelope = 0.25 + 0.75 * exp(-3.0 * fmod(t, 0.5));
        uint32_t words[4];
        random_words(key, i, 0, words);
        const double noise = (double)words[0] / 4294967296.0 - 0.5;
        audio[i] = (float)(envelope *
                           (0.3 * cos(6.2831853 * 220.0 * t) + 0.2 * sin(6.2831853 * 554.4 * t) +
                            0.1 * sin(6.2831853 * 2637.0 * t) + 0.2 * noise));
    }
}

// A random block length from 1 to `most`, most often short.
__attribute__((unused)) static size_t fixture_block(uint32_t seed, uint64_t index, size_t most)
{
    const RandomKey key = {.seed = seed, .stream = 78};
    const size_t limit = (size_t)1 << random_below(key, 2 * index, 14);
    return 1 + (size_t)random_below(key, 2 * index + 1, limit < most ? limit : most);
}

__attribute__((unused)) static double fixture_difference(const float *a, const float *b, size_t n)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double difference = fabs((double)a[i] - (double)b[i]);
        if (!(difference <= largest)) largest = difference;
    }
    return largest;
}

// A network that passes audio through exactly: each latent channel is one sample of the hop.
__attribute__((unused)) static Model *fixture_identity(double rate)
{
    Error error;
    Arch arch;
    if (!named_arch_parse(&arch, "16k16s16p0", ACTIVATION_LEAKY_RELU, &error)) return NULL;
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(&arch, list);
    float parameters[16 * 16 * 2 + 17] = {0}, mean[16] = {0}, std[16];
    for (size_t c = 0; c < 16; c++) {
        std[c] = 0.5f;
        parameters[list[0].weight + c * 16 + c] = 1.0f;
        parameters[list[1].weight + c * 16 + c] = 1.0f;
    }
    const ModelInfo info = {.level = NAN};
    return model_new(&arch, rate, parameters, &(ModelStatistics){.mean = mean, .std = std}, &info,
                     &error);
}

#endif
