#include "latents/latent_mix.h"

#include <stdlib.h>
#include <string.h>

static size_t channels_of(const Latent *latent)
{
    return (size_t)latent->channels;
}

// ---- Average ----

// Adds the latent to sum[frames][channels], from its beginning again where it ends.
static void add_repeated(const Latent *latent, size_t frames, double *sum)
{
    const size_t channels = channels_of(latent);
    for (size_t t = 0; t < frames; t++) {
        const float *frame = latent->values + t % latent->frames * channels;
        for (size_t c = 0; c < channels; c++) sum[t * channels + c] += (double)frame[c];
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
    const size_t values = frames * channels_of(latents[0]);
    Latent *average = latent_new(model, frames, error);
    double *sum = calloc(values, sizeof *sum);
    bool good = average && sum;
    if (average && !sum) error_out_of_memory(error);
    good = good && add_all(model, latents, count, frames, sum, error);
    for (size_t i = 0; good && i < values; i++)
        average->values[i] = (float)(sum[i] / (double)count);
    free(sum);
    if (good) return average;
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

// Writes the latent's frames at `to`, where the `fade` frames before have been written last: they
// fade into its first ones. `room` has room for the latent and the fade. Returns the frames that
// are new.
static size_t append(const Model *model, const Latent *latent, size_t fade, float *to, float *room)
{
    const size_t channels = channels_of(latent), frames = latent->frames;
    memcpy(room, latent->values, frames * channels * sizeof *room);
    memcpy(room + frames * channels, to - fade * channels, fade * channels * sizeof *room);
    latent_fold_seam(room, frames + fade, fade, model); // as if the one before were its own end
    memcpy(to - fade * channels, room, frames * channels * sizeof *room);
    return frames - fade;
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
        for (size_t i = 0; i < count; i++)
            done +=
                append(model, latents[i], i > 0 ? fade : 0, whole->values + done * channels, room);
        free(room);
        return whole;
    }
    if (whole) error_out_of_memory(error);
    free(room);
    latent_free(whole);
    return NULL;
}
