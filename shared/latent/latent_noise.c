#include "latent/latent_noise.h"

#include <math.h>
#include <stdlib.h>

#define EVEN_GAIN_MAX 8.0

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
    ramp_init(&noise->constant, (int)space->fade);
    latent_silence_reset(&noise->silence, space);
    latent_noise_locate(noise);
}

void latent_noise_locate(LatentNoise *noise)
{
    noise->drift = (LatentDrift){0};
}

// Fades to the noise of another seed, with equal power.
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

static void draw(LatentNoise *noise, uint32_t seed, int64_t frame, double rate, float *values,
                 int channels)
{
    const RandomKey key = {.seed = seed, .stream = noise->audio_channel};
    latent_drift_frame(&noise->drift, key, frame, rate, values, noise->scratch, channels);
}

// Returns the gain that makes noise as loud as it is in the mean, whatever direction it has at the
// moment: noise that drifts would come and go by itself otherwise, and not with the music.
static float even_gain(const LatentNoise *noise, const LatentSpace *space, const float *unit)
{
    const size_t channels = (size_t)space->channels;
    double heard = 0.0, mean = 0.0;
    for (size_t c = 0; c < channels; c++) {
        const float shift = unit[c] * noise->values[c];
        if (!space->loudness) {
            heard += (double)shift * (double)shift;
            mean += (double)unit[c] * (double)unit[c];
            continue;
        }
        const float *row = space->loudness + c * channels;
        float sum = 0.0f;
        for (size_t d = 0; d < channels; d++) sum += row[d] * unit[d] * noise->values[d];
        heard += (double)shift * (double)sum;
        mean += (double)unit[c] * (double)unit[c] * (double)row[c];
    }
    if (!(heard > 0.0)) return 1.0f;
    return (float)fmin(sqrt(mean / heard), EVEN_GAIN_MAX);
}

// Returns how many new values of the noise there are in a frame; 0: all of them.
static double drift_rate(const LatentSpace *space, const LatentNoiseSettings *settings)
{
    const bool slow = settings->character != NOISE_EACH_FRAME;
    return slow ? (double)settings->drift / space->frame_rate : 0.0;
}

static bool follows_level(const LatentSpace *space, const LatentNoiseSettings *settings)
{
    return settings->character == NOISE_FOLLOWS && !space->level_apart;
}

bool latent_noise_rests(const LatentNoise *noise, const LatentSpace *space,
                        const LatentNoiseSettings *settings)
{
    return noise->has_seed && noise->seed == settings->seed &&
           ramp_rests_at(&noise->seed_fade, 1.0f) &&
           ramp_stays_at(&noise->amount, settings->amount) &&
           ramp_stays_at(&noise->constant, follows_level(space, settings) ? 0.0f : 1.0f) &&
           latent_silence_rests(&noise->silence) &&
           (settings->amount == 0.0f ||
            latent_drift_rests(&noise->drift, drift_rate(space, settings)));
}

void latent_noise_frame(LatentNoise *noise, const LatentSpace *space,
                        const LatentNoiseSettings *settings, bool sounds, const float *unit,
                        const float *following, int64_t frame, float *values)
{
    const int channels = space->channels;
    const bool follows = follows_level(space, settings);
    const double rate = drift_rate(space, settings);
    follow_seed(noise, space, settings->seed);
    ramp_set(&noise->amount, settings->amount);
    ramp_set(&noise->constant, follows ? 0.0f : 1.0f);
    const float gain = latent_silence_frame(&noise->silence, space, sounds,
                                            follows || settings->sounds_in_silence);
    float amount = ramp_next(&noise->amount);
    const float fade = ramp_next(&noise->seed_fade), constant = ramp_next(&noise->constant);
    if (amount == 0.0f) return;
    draw(noise, noise->seed, frame, rate, noise->values, channels);
    if (fade < 1.0f) {
        draw(noise, noise->previous_seed, frame, rate, noise->previous_values, channels);
        const float rise = sinf(1.5707963f * fade), fall = cosf(1.5707963f * fade);
        for (int c = 0; c < channels; c++)
            noise->values[c] = rise * noise->values[c] + fall * noise->previous_values[c];
    }
    amount *= gain;
    if (constant < 1.0f) amount *= latent_unit(1.0f, even_gain(noise, space, following), constant);
    for (int c = 0; c < channels; c++)
        values[c] += amount * latent_unit(unit[c], following[c], constant) * noise->values[c];
}
