#include "latent/latent.h"

#include "files/file.h"
#include "files/number.h"
#include "files/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_NAME "trasluz-latent"

static Latent *allocate(int channels, size_t frames, bool has_levels, Error *error)
{
    Latent *latent = calloc(1, sizeof *latent);
    if (latent) {
        latent->channels = channels;
        latent->frames = frames;
        latent->values = calloc(frames * (size_t)channels, sizeof(float));
        latent->levels = has_levels ? calloc(frames, sizeof(float)) : NULL;
        if (latent->values && (latent->levels || !has_levels)) return latent;
    }
    latent_free(latent);
    error_out_of_memory(error);
    return NULL;
}

Latent *latent_new(const Model *model, size_t frames, Error *error)
{
    const LatentSpace space = latent_space_of(model);
    const bool has_levels = model->arch.front.kind == FRONT_SPECTRUM;
    Latent *latent = allocate(space.channels, frames, has_levels, error);
    if (!latent) return NULL;
    latent->frame_rate = space.frame_rate;
    memcpy(latent->fingerprint, model->fingerprint, sizeof latent->fingerprint);
    return latent;
}

void latent_free(Latent *latent)
{
    if (!latent) return;
    free(latent->values);
    free(latent->levels);
    free(latent);
}

// ---- The file, which has [channels][frames] ----

static bool read_text(const Safetensors *file, const char *key, char *text, size_t room,
                      Error *error)
{
    const char *found = safetensors_metadata(file, key);
    if (!found) return error_set(error, "metadata: no %s: not a Trasluz latent file", key);
    snprintf(text, room, "%s", found);
    return true;
}

static Latent *read_latent(const Safetensors *file, Error *error)
{
    const char *version = safetensors_metadata(file, "format_version");
    if (version && strcmp(version, "1") != 0 && strcmp(version, "2") != 0) {
        error_set(error, "metadata: format_version %.20s: this version of Trasluz reads 1 and 2",
                  version);
        return NULL;
    }
    const Tensor *tensor = safetensors_tensor(file, "latent");
    if (!tensor || tensor->rank != 2) {
        error_set(error, "no tensor 'latent' of [channels, frames]: not a Trasluz latent file");
        return NULL;
    }
    const size_t channels = tensor->shape[0], frames = tensor->shape[1];
    if (channels > ARCH_CHANNELS_MAX) {
        error_set(error, "%zu channels; there must be at most %d", channels, ARCH_CHANNELS_MAX);
        return NULL;
    }
    const Tensor *levels = safetensors_tensor(file, "level");
    if (levels && !safetensors_require(file, "level", 1, &frames, error)) return NULL;
    Latent *latent = allocate((int)channels, frames, levels != NULL, error);
    if (!latent) return NULL;
    if (levels) memcpy(latent->levels, levels->values, frames * sizeof(float));
    char rate[64], samples[32];
    if (!read_text(file, "frame_rate", rate, sizeof rate, error) ||
        // A name that is not UTF-8 is not written.
        (safetensors_metadata(file, "source") &&
         !read_text(file, "source", latent->source, sizeof latent->source, error)) ||
        !read_text(file, "model", latent->fingerprint, sizeof latent->fingerprint, error)) {
        latent_free(latent);
        return NULL;
    }
    latent->frame_rate = number_parse(rate, NULL);
    if (!(latent->frame_rate > 0.0 && latent->frame_rate <= MODEL_RATE_MAX)) {
        error_set(error, "metadata: a frame rate of %.40s Hz", rate);
        latent_free(latent);
        return NULL;
    }
    if (safetensors_metadata(file, "samples") &&
        read_text(file, "samples", samples, sizeof samples, error))
        latent->samples = strtoull(samples, NULL, 10);
    for (size_t c = 0; c < channels; c++)
        for (size_t t = 0; t < frames; t++)
            latent->values[t * channels + c] = tensor->values[c * frames + t];
    return latent;
}

Latent *latent_parse(const unsigned char *bytes, size_t size, Error *error)
{
    Safetensors *file = safetensors_parse(bytes, size, error);
    if (!file) return NULL;
    Latent *latent = read_latent(file, error);
    safetensors_free(file);
    return latent;
}

Latent *latent_load(const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, SAFETENSORS_FILE_MAX, &size, error);
    if (!bytes) return NULL;
    Latent *latent = latent_parse(bytes, size, error);
    free(bytes);
    return latent;
}

unsigned char *latent_serialize(const Latent *latent, size_t *size, Error *error)
{
    const size_t shape[2] = {(size_t)latent->channels, latent->frames};
    unsigned char *bytes = NULL;
    SafetensorsBuilder *builder = safetensors_builder_new();
    float *values = malloc(shape[0] * shape[1] * sizeof *values);
    if (builder && values) {
        for (size_t c = 0; c < shape[0]; c++)
            for (size_t t = 0; t < shape[1]; t++)
                values[c * shape[1] + t] = latent->values[t * shape[0] + c];
        char rate[NUMBER_TEXT];
        number_format(latent->frame_rate, 17, rate);
        safetensors_add(builder, "latent", 2, shape, values);
        if (latent->levels) safetensors_add(builder, "level", 1, &shape[1], latent->levels);
        safetensors_describe(builder, "format", FORMAT_NAME);
        safetensors_describe(builder, "format_version", latent->levels ? "2" : "1");
        safetensors_describe(builder, "frame_rate", "%s", rate);
        safetensors_describe(builder, "source", "%s", latent->source);
        safetensors_describe(builder, "model", "%s", latent->fingerprint);
        safetensors_describe(builder, "samples", "%llu", (unsigned long long)latent->samples);
        bytes = safetensors_serialize(builder, size, error);
    } else {
        error_out_of_memory(error);
    }
    free(values);
    safetensors_builder_free(builder);
    return bytes;
}

bool latent_write(const Latent *latent, const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = latent_serialize(latent, &size, error);
    const bool good = bytes && file_write(path, bytes, size, error);
    free(bytes);
    return good;
}

// ---- Use ----

bool latent_fits(const Latent *latent, const Model *model, Error *error)
{
    if (strcmp(latent->fingerprint, model->fingerprint) != 0)
        return error_set(error,
                         "this latent was made by another model than %s: choose its own model, or "
                         "encode its source again with this one",
                         *model->info.name ? model->info.name : "this one");
    if (latent->channels != arch_latent_channels(&model->arch))
        return error_set(error, "this latent has %d channels, the model's has %d", latent->channels,
                         arch_latent_channels(&model->arch));
    if (!latent->levels != (model->arch.front.kind == FRONT_SAMPLES))
        return error_set(error, latent->levels ? "this latent has levels, which the model's has not"
                                               : "tensor level is missing: this model's needs it");
    return true;
}

static void fold_line(float *first, const float *last, size_t width, size_t fade)
{
    for (size_t t = 0; t < fade; t++, first += width, last += width) {
        const float rise = ((float)t + 0.5f) / (float)fade;
        for (size_t c = 0; c < width; c++) first[c] = last[c] + rise * (first[c] - last[c]);
    }
}

void latent_fold(float *first, const float *last, size_t width, size_t fade, const Model *model)
{
    if (model->arch.front.kind == FRONT_SPECTRUM) {
        fold_line(first, last, width, fade);
        return;
    }
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    for (size_t t = 0; t < fade; t++, first += width, last += width) {
        const double angle = 1.5707963267948966 * ((double)t + 0.5) / (double)fade;
        const float rise = (float)sin(angle), fall = (float)cos(angle);
        for (size_t c = 0; c < channels; c++) {
            const float mean = model->latent_mean[c];
            first[c] = mean + rise * (first[c] - mean) + fall * (last[c] - mean);
        }
    }
}

void latent_fold_seam(float *values, size_t width, size_t frames, size_t fade, const Model *model)
{
    latent_fold(values, values + (frames - fade) * width, width, fade, model);
}

size_t latent_repeat(int64_t frame, size_t frames)
{
    const int64_t length = (int64_t)frames, index = frame % length;
    return (size_t)(index < 0 ? index + length : index);
}

void latent_copy_frame(const Latent *latent, size_t frame, float *to)
{
    const size_t channels = (size_t)latent->channels;
    memcpy(to, latent->values + frame * channels, channels * sizeof *to);
    if (latent->levels) to[channels] = latent->levels[frame];
}

void latent_set_frame(Latent *latent, size_t frame, const float *from)
{
    const size_t channels = (size_t)latent->channels;
    memcpy(latent->values + frame * channels, from, channels * sizeof *from);
    if (latent->levels) latent->levels[frame] = from[channels];
}

size_t latent_fade_frames(const Model *model)
{
    return latent_space_of(model).fade;
}

Latent *latent_loop(const Latent *latent, const Model *model, Error *error)
{
    size_t fade = latent_fade_frames(model);
    if (fade > latent->frames / 4) fade = latent->frames / 4;
    Latent *loop = latent_new(model, latent->frames, error);
    if (!loop) return NULL;
    memcpy(loop->source, latent->source, sizeof loop->source);
    memcpy(loop->values, latent->values,
           latent->frames * (size_t)latent->channels * sizeof *loop->values);
    latent_fold_seam(loop->values, (size_t)latent->channels, latent->frames, fade, model);
    if (loop->levels) {
        memcpy(loop->levels, latent->levels, latent->frames * sizeof *loop->levels);
        fold_line(loop->levels, loop->levels + (latent->frames - fade), 1, fade);
    }
    loop->frames -= fade;
    return loop;
}
