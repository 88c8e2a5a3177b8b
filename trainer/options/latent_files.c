#include "options/latent_files.h"

#include "audio/audio_writer.h"
#include "cli/explain_audio.h"
#include "latents/decoding.h"
#include "latents/encoding.h"

#include <string.h>

Latent *latent_file_load(const char *path, const Model *model, Error *error)
{
    Latent *latent = latent_load(path, error);
    if (latent && latent_fits(latent, model, error)) return latent;
    error_prefix(error, path);
    if (!latent) explain_audio(path, MAKE_A_LATENT, error);
    latent_free(latent);
    return NULL;
}

// Keeps only the range of the part.
static bool cut(Latent *latent, const TimePart *part, Error *error)
{
    const size_t channels = (size_t)latent->channels;
    PartRange range;
    if (!time_part_range(part, latent->frames, latent->frame_rate, &range, error)) return false;
    latent->frames = (size_t)(range.to - range.from);
    latent->samples = 0;
    memmove(latent->values, latent->values + range.from * channels,
            latent->frames * channels * sizeof *latent->values);
    if (latent->levels)
        memmove(latent->levels, latent->levels + range.from,
                latent->frames * sizeof *latent->levels);
    return true;
}

Latent *latent_source_load(const Command *command, const TimePart *part, const Model *model,
                           Error *error)
{
    if (is_safetensors(part->path)) {
        Latent *latent = latent_file_load(part->path, model, error);
        if (!latent || part->whole || cut(latent, part, error)) return latent;
        latent_free(latent);
        return NULL;
    }
    AudioFaults faults;
    Latent *latent = encode_audio(model, part, stderr, &faults, error);
    if (latent) command_note_faults(command, part->path, &faults);
    return latent;
}

const Option carrier_options[] = {
    {"carrier", 0, OPTION_INPUT, 0, .unit = "FILE", .shown = "white noise",
     .help = "models of spectra: the audio file whose phases carry the latent; it repeats as "
             "needed, and where it is silent nothing sounds"},
    {.name = NULL},
};

bool command_open_carrier(Carrier *carrier, const Command *command, const char *path, uint32_t seed,
                          const Latent *latent, const Model *model, const char *output,
                          Error *error)
{
    AudioFaults faults;
    *carrier = (Carrier){0};
    if (path && model->arch.front.kind != FRONT_SPECTRUM)
        return error_set(error, "--carrier is for models of spectra: this one decodes its latent "
                                "without a carrier");
    const uint64_t samples = decoded_samples(latent, model, error);
    if (samples == 0 ||
        !carrier_open(carrier, path, seed, samples, model->sample_rate, output, &faults, error))
        return false;
    if (path) command_note_faults(command, path, &faults);
    return true;
}

TempAudio *latent_decode(Sound *sound, const char *path, const Latent *latent, const Model *model,
                         const Carrier *carrier, Error *error)
{
    TempAudio *store = temp_audio_new(path, error);
    if (store && decode_latent(latent, model, carrier, temp_audio_add, store, stderr, error) &&
        temp_audio_open(store, sound, error))
        return store;
    temp_audio_free(store);
    return NULL;
}

bool command_write_audio(const Command *command, const char *path, double rate, const Sound *sound,
                         Error *error)
{
    uint64_t clipped;
    if (!audio_write_mono(path, rate, sound, &clipped, error)) return false;
    command_note_clipped(command, path, clipped);
    return true;
}
