#include "options/latent_parts.h"

#include "base/progress.h"
#include "data/audio_files.h"
#include "options/latent_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void latent_parts_free(LatentParts *parts)
{
    for (size_t i = 0; i < parts->count; i++) free(parts->part[i].path);
    free(parts->part);
    free(parts->found);
    *parts = (LatentParts){0};
}

static bool add(LatentParts *parts, const char *text, bool is_found, Error *error)
{
    TimePart *grown = realloc(parts->part, (parts->count + 1) * sizeof *grown);
    if (grown) parts->part = grown;
    bool *found = realloc(parts->found, (parts->count + 1) * sizeof *found);
    if (found) parts->found = found;
    if (!grown || !found) return error_out_of_memory(error);
    found[parts->count] = is_found;
    if (!time_part_parse(&grown[parts->count], text, error)) return false;
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
    struct stat status;
    const bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (!audio_files_find(&files, &path, 1, error)) return false;
    bool ok = true;
    for (size_t i = 0; ok && i < files.count && !is_full(parts, most); i++)
        ok = add(parts, files.file[i].path, is_folder, error);
    audio_files_free(&files);
    return ok;
}

bool latent_parts_find(LatentParts *parts, const char *const *words, size_t count, size_t most,
                       Error *error)
{
    *parts = (LatentParts){0};
    for (size_t i = 0; i < count && !is_full(parts, most); i++)
        if (access(words[i], F_OK) == 0 ? !add_existing(parts, words[i], most, error)
                                        : !add(parts, words[i], false, error))
            return false;
    return true;
}

void latents_free(Latent **latents, size_t count)
{
    for (size_t i = 0; latents && i < count; i++) latent_free(latents[i]);
    free(latents);
}

static void remove_part(LatentParts *parts, size_t i)
{
    free(parts->part[i].path);
    parts->count--;
    memmove(parts->part + i, parts->part + i + 1, (parts->count - i) * sizeof *parts->part);
    memmove(parts->found + i, parts->found + i + 1, (parts->count - i) * sizeof *parts->found);
}

Latent **latent_parts_load(const Command *command, LatentParts *parts, const Model *model,
                           Error *error)
{
    Latent **latents = calloc(parts->count, sizeof *latents);
    if (!latents) error_out_of_memory(error);
    Progress progress;
    progress_begin(&progress, stderr, "encoding, part", parts->count, parts->count);
    bool ok = latents != NULL;
    for (size_t i = 0; ok && i < parts->count;) {
        latents[i] = latent_source_load(command, &parts->part[i], model, error);
        progress_step(&progress, 1);
        if (latents[i]) {
            i++;
        } else if (parts->found[i] && parts->count > 1) {
            fprintf(stderr, "trainer %s: skipped: %s\n", command->name, error->text);
            remove_part(parts, i);
        } else {
            ok = false;
        }
    }
    progress_end(&progress);
    if (ok) return latents;
    latents_free(latents, parts->count);
    return NULL;
}
