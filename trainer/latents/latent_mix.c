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

// Returns the samples of an average of so many frames: of the shortest latent that has them, or if
// `looped` of the longest; 0 if one of them does not know.
static uint64_t average_samples(Latent *const *latents, size_t count, size_t frames, bool looped)
{
    uint64_t samples = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t own = latents[i]->samples;
        if (latents[i]->frames != frames) continue;
        if (own == 0) return 0;
        if (samples == 0 || (own > samples) == looped) samples = own;
    }
    return samples;
}

Latent *latent_average(const Model *model, Latent *const *latents, size_t count, bool looped,
                       Error *error)
{
    size_t frames = latents[0]->frames;
    for (size_t i = 1; i < count; i++)
        if ((latents[i]->frames > frames) == looped) frames = latents[i]->frames;
    const size_t channels = channels_of(latents[0]), width = width_of(latents[0]);
    Latent *average = latent_new(model, frames, error);
    if (average) average->samples = average_samples(latents, count, frames, looped);
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

static bool check_lengths(Latent *const *latents, const size_t *frames, size_t count, size_t fade,
                          Error *error)
{
    for (size_t i = 0; i < count; i++)
        if (frames[i] < 2 * fade)
            return error_set(
                error, "part %zu is %.4g s long: too short to fade in and out over %.4g s", i + 1,
                (double)frames[i] / latents[i]->frame_rate, (double)fade / latents[i]->frame_rate);
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

// Returns the samples of a part: of whole frames if it does not know.
static uint64_t samples_of(const Latent *latent, uint64_t hop)
{
    return latent->samples > 0 ? latent->samples : latent->frames * hop;
}

// Finds how many frames of each part are joined, so that the next one begins at the frame nearest
// to where the samples end that came before; of the last part all. Returns the sum of the samples.
static uint64_t share_frames(Latent *const *latents, size_t count, uint64_t hop, size_t *frames)
{
    uint64_t samples = 0, begin = 0;
    for (size_t i = 0; i < count; i++) {
        samples += samples_of(latents[i], hop);
        const uint64_t next = (samples + hop / 2) / hop, most = latents[i]->frames;
        const uint64_t wanted = next > begin + 1 ? next - begin : 1;
        frames[i] = (size_t)(wanted < most && i + 1 < count ? wanted : most);
        begin += frames[i];
    }
    return samples;
}

Latent *latent_concatenate(const Model *model, Latent *const *latents, size_t count, size_t fade,
                           Error *error)
{
    const uint64_t hop = (uint64_t)arch_hop(&model->arch);
    size_t all = fade, longest = 0, *frames = malloc(count * sizeof *frames);
    if (!frames) {
        error_out_of_memory(error);
        return NULL;
    }
    const uint64_t samples = share_frames(latents, count, hop, frames);
    for (size_t i = 0; i < count; i++) {
        all += frames[i] - fade;
        longest = frames[i] > longest ? frames[i] : longest;
    }
    // It ends with the last sample of the last part, if that is known.
    const size_t joined = all;
    const bool good = check_lengths(latents, frames, count, fade, error);
    const bool known = good && latents[count - 1]->samples > 0;
    const uint64_t wanted = known ? samples - (count - 1) * fade * hop : 0;
    while (arch_output_samples(&model->arch, all) < wanted) all++;
    const size_t channels = channels_of(latents[0]);
    Latent *whole = good ? latent_new(model, all, error) : NULL;
    float *room = whole ? malloc((longest + fade) * channels * sizeof *room) : NULL;
    if (whole && !room) error_out_of_memory(error);
    for (size_t i = 0, done = 0; room && i < count; i++) {
        const Latent *part = latents[i];
        const size_t overlap = i > 0 ? fade : 0;
        append(model, part->values, channels, frames[i], overlap, whole->values + done * channels,
               room);
        if (whole->levels && part->levels)
            append(model, part->levels, 1, frames[i], overlap, whole->levels + done, room);
        done += frames[i] - overlap;
    }
    free(frames);
    if (!room) {
        latent_free(whole);
        return NULL;
    }
    free(room);
    for (size_t t = joined; t < all; t++) { // the last frame again
        memcpy(whole->values + t * channels, whole->values + (joined - 1) * channels,
               channels * sizeof *whole->values);
        if (whole->levels) whole->levels[t] = whole->levels[joined - 1];
    }
    whole->samples = wanted;
    return whole;
}
