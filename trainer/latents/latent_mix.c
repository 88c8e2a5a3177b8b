#include "latents/latent_mix.h"

#include <stdlib.h>
#include <string.h>

static size_t channels_of(const Latent *latent)
{
    return (size_t)latent->channels;
}

// ---- Average ----

// Values of a frame: the channels, and the level if the latent has levels.
static size_t width_of(const Latent *latent)
{
    return channels_of(latent) + (latent->levels != NULL);
}

// Adds the latent to sum[frames][width], from its beginning again where it ends.
static void add_repeated(const Latent *latent, size_t frames, double *sum)
{
    const size_t channels = channels_of(latent);
    for (size_t t = 0; t < frames; t++) {
        const size_t from = t % latent->frames;
        const float *frame = latent->values + from * channels;
        for (size_t c = 0; c < channels; c++) *sum++ += (double)frame[c];
        if (latent->levels) *sum++ += (double)latent->levels[from];
    }
}

static bool add_all(const Model *model, Latent *const *latents, size_t count, size_t frames,
                    double *sum, Error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (latents[i]->frames >= frames) {
            add_repeated(latents[i], frames, sum);
            continue;
        }
        Latent *loop = latent_loop(latents[i], model, error);
        if (!loop) return false;
        add_repeated(loop, frames, sum);
        latent_free(loop);
    }
    return true;
}

Latent *latent_average(const Model *model, Latent *const *latents, size_t count, bool looped,
                       Error *error)
{
    size_t frames = latents[0]->frames;
    for (size_t i = 1; i < count; i++)
        if ((latents[i]->frames > frames) == looped) frames = latents[i]->frames;
    const size_t channels = channels_of(latents[0]), width = width_of(latents[0]);
    Latent *average = latent_new(model, frames, error);
    double *sum = calloc(frames * width, sizeof *sum);
    bool ok = average && sum;
    if (average && !sum) error_out_of_memory(error);
    ok = ok && add_all(model, latents, count, frames, sum, error);
    for (size_t t = 0; ok && t < frames; t++) {
        const double *frame = sum + t * width;
        for (size_t c = 0; c < channels; c++)
            average->values[t * channels + c] = (float)(frame[c] / (double)count);
        if (average->levels) average->levels[t] = (float)(frame[channels] / (double)count);
    }
    free(sum);
    if (ok) return average;
    latent_free(average);
    return NULL;
}

// ---- Concatenation ----

static bool check_lengths(Latent *const *latents, size_t count, size_t fade, Error *error)
{
    for (size_t i = 0; i < count; i++)
        if (latents[i]->frames < 2 * fade)
            return error_set(error,
                             "part %zu is %.4g s long: too short to fade in and out over %.4g s",
                             i + 1, (double)latents[i]->frames / latents[i]->frame_rate,
                             (double)fade / latents[i]->frame_rate);
    return true;
}

// Writes values[frames][width] of a latent at `to`, where the `fade` frames before have been
// written last: they fade into its first ones. `room` has room for the latent and the fade.
static void append(const Model *model, const float *values, size_t width, size_t frames,
                   size_t fade, float *to, float *room)
{
    memcpy(room, values, frames * width * sizeof *room);
    memcpy(room + frames * width, to - fade * width, fade * width * sizeof *room);
    // As if the one before were its own end.
    latent_fold_seam(room, width, frames + fade, fade, model);
    memcpy(to - fade * width, room, frames * width * sizeof *room);
}

Latent *latent_concatenate(const Model *model, Latent *const *latents, size_t count, size_t fade,
                           Error *error)
{
    size_t frames = fade, longest = 0;
    if (!check_lengths(latents, count, fade, error)) return NULL;
    for (size_t i = 0; i < count; i++) {
        frames += latents[i]->frames - fade;
        longest = latents[i]->frames > longest ? latents[i]->frames : longest;
    }
    const size_t channels = channels_of(latents[0]);
    Latent *whole = latent_new(model, frames, error);
    float *room = malloc((longest + fade) * channels * sizeof *room);
    if (whole && room) {
        size_t done = 0;
        for (size_t i = 0; i < count; i++) {
            const Latent *part = latents[i];
            const size_t overlap = i > 0 ? fade : 0;
            append(model, part->values, channels, part->frames, overlap,
                   whole->values + done * channels, room);
            if (whole->levels && part->levels)
                append(model, part->levels, 1, part->frames, overlap, whole->levels + done, room);
            done += part->frames - overlap;
        }
        free(room);
        return whole;
    }
    if (whole) error_out_of_memory(error);
    free(room);
    latent_free(whole);
    return NULL;
}
