#include "latent_source.h"

#include "encoding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- Whole files ----

// Safetensors files begin with their header's length; then comes the header, which is JSON.
static bool is_safetensors(const char *path)
{
    char start[9];
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    const bool found = fread(start, 1, sizeof start, file) == sizeof start && start[8] == '{';
    fclose(file);
    return found;
}

static Latent *load_latent(const char *path, const Model *model, Error *error)
{
    Latent *latent = latent_load(path, error);
    if (latent && latent_fits(latent, model, error)) return latent;
    error_prefix(error, path);
    latent_free(latent);
    return NULL;
}

Latent *latent_source_load(const Command *command, const char *path, const Model *model,
                           Error *error)
{
    if (is_safetensors(path)) return load_latent(path, model, error);
    AudioFaults faults;
    Latent *latent = encode_audio(model, path, stderr, &faults, error);
    if (latent) command_note_faults(command, path, &faults);
    return latent;
}

// ---- Parts ----

// Reads a number, or keeps the bound where there is none; returns what follows, NULL on error.
static const char *parse_bound(const char *text, PartBound *bound)
{
    char *end;
    const double value = strtod(text, &end);
    if (*text == '-' || end == text) return text;
    if (!isfinite(value) || value < 0.0) return NULL;
    *bound = (PartBound){.value = value, .percent = *end == '%'};
    return end + bound->percent;
}

static bool parse_bounds(LatentPart *part, const char *text)
{
    text = parse_bound(text, &part->from);
    if (!text || *text++ != '-') return false;
    text = parse_bound(text, &part->to);
    return text && !*text;
}

bool latent_part_parse(LatentPart *part, const char *text, Error *error)
{
    const char *at = access(text, F_OK) == 0 ? NULL : strrchr(text, '@');
    *part = (LatentPart){.whole = !at, .to = {.value = 100.0, .percent = true}};
    if (at && !parse_bounds(part, at + 1))
        return error_set(error, "%s: a part is FILE@FROM-TO, in seconds or percent", text);
    part->path = at ? strndup(text, (size_t)(at - text)) : strdup(text);
    return part->path || error_set(error, "out of memory");
}

static size_t bound_frame(const Latent *latent, const PartBound *bound)
{
    const double frames = (double)latent->frames;
    const double frame =
        bound->percent ? 0.01 * bound->value * frames : bound->value * latent->frame_rate;
    return frame < frames ? (size_t)lround(frame) : latent->frames;
}

// Keeps the stretch alone.
static bool cut(Latent *latent, const LatentPart *part, Error *error)
{
    const size_t from = bound_frame(latent, &part->from), to = bound_frame(latent, &part->to);
    const size_t channels = (size_t)latent->channels;
    if (from >= to)
        return error_set(error, "%s: nothing is left of its %.4g s by that part", part->path,
                         (double)latent->frames / latent->frame_rate);
    latent->frames = to - from;
    latent->samples = 0;
    memmove(latent->values, latent->values + from * channels,
            latent->frames * channels * sizeof *latent->values);
    return true;
}

Latent *latent_part_load(const Command *command, const LatentPart *part, const Model *model,
                         Error *error)
{
    Latent *latent = latent_source_load(command, part->path, model, error);
    if (!latent || part->whole || cut(latent, part, error)) return latent;
    latent_free(latent);
    return NULL;
}
