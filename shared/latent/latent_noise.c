#include "latent/latent_noise.h"

#include <math.h>
#include <stdlib.h>

bool latent_noise_init(LatentNoise *noise, const LatentSpace *space, uint32_t audio_channel)
{
    const size_t channels = (size_t)space->channels;
    *noise = (LatentNoise){
        .audio_channel = audio_channel,
        .values = malloc(channels * sizeof(float)),
        .previous_values = malloc(channels * sizeof(float)),
        .scratch = malloc(channels * sizeof(float)),
    };
    latent_noise_reset(noise, space);
    return noise->values && noise->previous_values && noise->scratch;
}

void latent_noise_free(LatentNoise *noise)
{
    free(noise->values);
    free(noise->previous_values);
    free(noise->scratch);
}

void latent_noise_reset(LatentNoise *noise, const LatentSpace *space)
{
    noise->has_seed = false;
    ramp_init(&noise->seed_fade, (int)space->fade);
    ramp_init(&noise->amount, (int)space->fade);
    latent_noise_locate(noise);
}

void latent_noise_locate(LatentNoise *noise)
{
    noise->drift = (LatentDrift){0};
}

// Another seed is another noise: it comes by a cross-fade of equal power.
static void follow_seed(LatentNoise *noise, const LatentSpace *space, uint32_t seed)
{
    if (noise->has_seed && seed == noise->seed) return;
    noise->previous_seed = noise->has_seed ? noise->seed : seed;
    noise->seed = seed;
    ramp_init(&noise->seed_fade, (int)space->fade);
    ramp_set(&noise->seed_fade, noise->has_seed ? 0.0f : 1.0f);
    ramp_set(&noise->seed_fade, 1.0f);
    noise->has_seed = true;
}

static void draw(LatentNoise *noise, uint32_t seed, uint64_t frame, double rate, float *values,
                 int channels)
{
    const RandomKey key = {.seed = seed, .stream = noise->audio_channel};
    latent_drift_frame(&noise->drift, key, frame, rate, values, noise->scratch, channels);
}

void latent_noise_frame(LatentNoise *noise, const LatentSpace *space,
                        const LatentNoiseSettings *settings, const float *unit, uint64_t frame,
                        float *values)
{
    const int channels = space->channels;
    const double rate = (double)settings->drift / space->frame_rate;
    follow_seed(noise, space, settings->seed);
    ramp_set(&noise->amount, settings->amount);
    const float amount = ramp_next(&noise->amount), fade = ramp_next(&noise->seed_fade);
    if (amount == 0.0f) return;
    draw(noise, noise->seed, frame, rate, noise->values, channels);
    if (fade < 1.0f) {
        draw(noise, noise->previous_seed, frame, rate, noise->previous_values, channels);
        const float rise = sinf(1.5707963f * fade), fall = cosf(1.5707963f * fade);
        for (int c = 0; c < channels; c++)
            noise->values[c] = rise * noise->values[c] + fall * noise->previous_values[c];
    }
    for (int c = 0; c < channels; c++)
        values[c] += amount * (unit ? unit[c] : 1.0f) * noise->values[c];
}
