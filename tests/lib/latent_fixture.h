// latent_fixture.h: what tests of the latent operations need beside fixture.h: a small model and
// frames of which each can be told from the others.
#ifndef TRASLUZ_LATENT_FIXTURE_H
#define TRASLUZ_LATENT_FIXTURE_H

#include "latent/latent_ops.h"
#include "lib/fixture.h"

enum { CHANNELS = 2, FRAMES = 3000 };

// A model with a frame rate of 500 Hz, a mean of its own in each channel and a deviation of 0.5.
__attribute__((unused)) static Model *small_model(void)
{
    Error error;
    Arch arch;
    if (!arch_parse(&arch, "2k16s16p0", ACTIVATION_LEAKY_RELU, &error)) return NULL;
    float parameters[2 * 2 * 16 + 2 + 1] = {0};
    const float mean[CHANNELS] = {1.0f, -2.0f}, std[CHANNELS] = {0.5f, 0.5f};
    const ModelInfo info = {.level = NAN};
    return model_new(&arch, 8000.0, parameters, &(ModelStatistics){.mean = mean, .std = std}, &info,
                     &error);
}

static Model *model;

// Frame t of the input: a number that tells which frame it is.
__attribute__((unused)) static void number_frames(float *values, size_t frames)
{
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < CHANNELS; c++) values[t * CHANNELS + c] = (float)t;
}

// A smooth course, so that a seam would show as a step.
__attribute__((unused)) static void wave_frames(float *values, size_t frames)
{
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < CHANNELS; c++)
            values[t * CHANNELS + c] = (float)sin(0.02 * (double)t + (double)c);
}

__attribute__((unused)) static double largest_step(const float *values, size_t from, size_t to)
{
    double largest = 0.0;
    for (size_t t = from + 1; t < to; t++)
        largest =
            fmax(largest, fabs((double)values[t * CHANNELS] - (double)values[(t - 1) * CHANNELS]));
    return largest;
}

// One frame of zeros after `frame` others, at these settings.
__attribute__((unused)) static void one_frame(const LatentSettings *settings,
                                              uint32_t audio_channel, int frame, float values[16])
{
    Model *identity = fixture_identity(22050.0);
    LatentOps ops;
    if (!latent_ops_init(&ops, identity, NULL, audio_channel)) return;
    for (int i = 0; i <= frame; i++) {
        memset(values, 0, 16 * sizeof(float));
        latent_ops_process(&ops, settings, values, 1);
    }
    latent_ops_free(&ops);
    model_free(identity);
}

#endif
