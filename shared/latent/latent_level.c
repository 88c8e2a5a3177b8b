#include "latent/latent_level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SILENCE 1e-6f // power relative to the model's music

bool latent_level_init(LatentLevel *level, const LatentSpace *space, double seconds)
{
    const size_t channels = (size_t)space->channels;
    const size_t length = (size_t)fmax(1.0, round(seconds * space->frame_rate));
    *level = (LatentLevel){
        .length = length,
        .squares = calloc(length * channels, sizeof(float)),
        .suffix = calloc(length * channels, sizeof(float)),
        .prefix = calloc(channels, sizeof(float)),
        .values = calloc(channels, sizeof(float)),
    };
    return level->squares && level->suffix && level->prefix && level->values;
}

void latent_level_free(LatentLevel *level)
{
    free(level->squares);
    free(level->suffix);
    free(level->prefix);
    free(level->values);
}

void latent_level_locate(LatentLevel *level, const LatentSpace *space, int64_t frame)
{
    const size_t channels = (size_t)space->channels;
    const int64_t length = (int64_t)level->length;
    level->at = (size_t)((frame % length + length) % length);
    level->frames = 0;
    level->sounds = false;
    memset(level->squares, 0, level->length * channels * sizeof(float));
    memset(level->suffix, 0, level->length * channels * sizeof(float));
    memset(level->prefix, 0, channels * sizeof(float));
    memset(level->values, 0, channels * sizeof(float));
}

// Ends the block under way, which is whole: its sums take the place of those of the block before.
static void end_block(LatentLevel *level, size_t channels)
{
    memset(level->prefix, 0, channels * sizeof(float));
    for (size_t t = level->length; t-- > 0;) {
        const float *square = level->squares + t * channels;
        float *suffix = level->suffix + t * channels;
        for (size_t c = 0; c < channels; c++) suffix[c] = level->prefix[c] += square[c];
    }
    memset(level->prefix, 0, channels * sizeof(float));
    level->at = 0;
}

const float *latent_level_frame(LatentLevel *level, const LatentSpace *space, const float *values)
{
    const size_t channels = (size_t)space->channels;
    if (level->at == level->length) end_block(level, channels);
    float *square = level->squares + level->at * channels;
    level->at++;
    if (level->frames < level->length) level->frames++;
    // As many frames of the block before as this block lacks to a whole window.
    const float *suffix = level->at < level->length ? level->suffix + level->at * channels : NULL;
    const float share = 1.0f / (float)level->frames;
    float power = 0.0f, music = 0.0f;
    for (size_t c = 0; c < channels; c++) {
        const float distance = values[c] - space->silence[c];
        square[c] = distance * distance;
        level->prefix[c] += square[c];
        power += square[c];
        music += space->std[c] * space->std[c];
        level->values[c] = sqrtf(share * (level->prefix[c] + (suffix ? suffix[c] : 0.0f)));
    }
    level->sounds = power > SILENCE * music;
    return level->values;
}
