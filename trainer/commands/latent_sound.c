#include "commands/latent_sound.h"

#include "audio/audio_writer.h"
#include "latents/decoding.h"

SoundStore *latent_sound_decode(Sound *sound, const char *path, const Latent *latent,
                                const Model *model, Error *error)
{
    SoundStore *store = sound_store_new(path, error);
    if (store && decode_latent(latent, model, sound_store_add, store, stderr, error) &&
        sound_store_open(store, sound, error))
        return store;
    sound_store_free(store);
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
