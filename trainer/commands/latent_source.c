#include "commands/latent_source.h"

#include "latents/encoding.h"

#include <sys/stat.h>

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
