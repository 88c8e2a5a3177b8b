#include "options/latent_parts.h"

#include "base/progress.h"
#include "data/audio_files.h"
#include "options/latent_files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- One part ----

// Reads a number, or keeps the bound if there is none; returns the rest of the text, NULL on error.
static const char *parse_bound(const char *text, PartBound *bound)
{
    char *end;
    double value = strtod(text, &end);
    if (*text == '-' || end == text) return text;
    for (int colons = 0; *end == ':' && colons < 2; colons++) { // "1:02:03.5", "2:03"
        text = end + 1;
        const double next = strtod(text, &end);
        if (end == text || *text == '-' || next >= 60.0) return NULL;
        value = 60.0 * value + next;
    }
    if (!isfinite(value) || value < 0.0) return NULL;
    *bound = (PartBound){.value = value, .percent = *end == '%'};
    return end + bound->percent;
}

static bool parse_bounds(LatentPart *part, const char *text)
{
    const char *begin = text;
    text = parse_bound(text, &part->from);
    if (text && !*text && text > begin) return true; // "50%": from there to the end
    if (!text || *text++ != '-') return false;
    text = parse_bound(text, &part->to);
    return text && !*text;
}

bool latent_part_parse(LatentPart *part, const char *text, Error *error)
{
    const char *at = access(text, F_OK) == 0 ? NULL : strrchr(text, '@');
    *part = (LatentPart){.whole = !at, .to = {.value = 100.0, .percent = true}};
    if (at && !parse_bounds(part, at + 1))
        return error_set(error,
                         "%s: a part must be FILE@FROM-TO or FILE@FROM, in seconds, as 1:30, or in "
                         "percent",
                         text);
    part->path = at ? strndup(text, (size_t)(at - text)) : strdup(text);
    return part->path || error_out_of_memory(error);
}

static size_t bound_frame(const Latent *latent, const PartBound *bound)
{
    const double frames = (double)latent->frames;
    const double frame =
        bound->percent ? 0.01 * bound->value * frames : bound->value * latent->frame_rate;
    return frame < frames ? (size_t)lround(frame) : latent->frames;
}

// Keeps only the range of the part.
static bool cut(Latent *latent, const LatentPart *part, Error *error)
{
    const size_t from = bound_frame(latent, &part->from), to = bound_frame(latent, &part->to);
    const size_t channels = (size_t)latent->channels;
    if (from >= to)
        return error_set(error, "%s: the part contains nothing of its %.4g s", part->path,
                         (double)latent->frames / latent->frame_rate);
    latent->frames = to - from;
    latent->samples = 0;
    memmove(latent->values, latent->values + from * channels,
            latent->frames * channels * sizeof *latent->values);
    if (latent->levels)
        memmove(latent->levels, latent->levels + from, latent->frames * sizeof *latent->levels);
    return true;
}

static Latent *load(const Command *command, const LatentPart *part, const Model *model,
                    Error *error)
{
    Latent *latent = latent_source_load(command, part->path, model, error);
    if (!latent || part->whole || cut(latent, part, error)) return latent;
    latent_free(latent);
    return NULL;
}

// ---- All of them ----

void latent_parts_free(LatentParts *parts)
{
    for (size_t i = 0; i < parts->count; i++) free(parts->part[i].path);
    free(parts->part);
    *parts = (LatentParts){0};
}

static bool add(LatentParts *parts, const char *text, Error *error)
{
    LatentPart *grown = realloc(parts->part, (parts->count + 1) * sizeof *grown);
    if (!grown) return error_out_of_memory(error);
    parts->part = grown;
    if (!latent_part_parse(&grown[parts->count], text, error)) return false;
    parts->count++;
    return true;
}

static bool is_full(const LatentParts *parts, size_t most)
{
    return most > 0 && parts->count == most;
}

// Adds a file, whatever its name is, or all audio files of a folder.
static bool add_existing(LatentParts *parts, const char *path, size_t most, Error *error)
{
    AudioFiles files;
    if (!audio_files_find(&files, &path, 1, error)) return false;
    bool ok = true;
    for (size_t i = 0; ok && i < files.count && !is_full(parts, most); i++)
        ok = add(parts, files.file[i].path, error);
    audio_files_free(&files);
    return ok;
}

bool latent_parts_find(LatentParts *parts, const char *const *words, size_t count, size_t most,
                       Error *error)
{
    *parts = (LatentParts){0};
    for (size_t i = 0; i < count && !is_full(parts, most); i++)
        if (access(words[i], F_OK) == 0 ? !add_existing(parts, words[i], most, error)
                                        : !add(parts, words[i], error))
            return false;
    return true;
}

void latents_free(Latent **latents, size_t count)
{
    for (size_t i = 0; latents && i < count; i++) latent_free(latents[i]);
    free(latents);
}

Latent **latent_parts_load(const Command *command, const LatentParts *parts, const Model *model,
                           Error *error)
{
    Latent **latents = calloc(parts->count, sizeof *latents);
    if (!latents) error_out_of_memory(error);
    Progress progress;
    progress_begin(&progress, stderr, "encoding, part", parts->count, parts->count);
    bool ok = latents != NULL;
    for (size_t i = 0; ok && i < parts->count; i++) {
        latents[i] = load(command, &parts->part[i], model, error);
        ok = latents[i] != NULL;
        progress_step(&progress, 1);
    }
    progress_end(&progress);
    if (ok) return latents;
    latents_free(latents, parts->count);
    return NULL;
}
