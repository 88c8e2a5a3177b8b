#include "session/recordings.h"

#include "session/content.h"

void recordings_collect(Recordings *recordings, Engine *engine)
{
    for (int c = 0; engine && c < recordings->channels; c++) {
        Latent *recorded = engine_capture(engine, c);
        if (!recorded) continue;
        latent_free(recordings->latent[c]);
        recordings->latent[c] = recorded;
    }
}

// The recording, if the model made it.
static const Latent *playable(const Latent *recording, const Model *model)
{
    Error ignored;
    return recording && model && latent_fits(recording, model, &ignored) ? recording : NULL;
}

static Latent *parse(const Copy *copy, LV2_Log_Logger *logger)
{
    Error error;
    if (!copy->bytes) return NULL;
    Latent *recording = latent_parse(copy->bytes, copy->size, &error);
    if (!recording) lv2_log_error(logger, "trasluz: the session's recording: %s\n", error.text);
    return recording;
}

bool recordings_replace(Recordings *recordings, const Copy copy[CHANNELS_MAX], bool remove_others,
                        const Model *model, LV2_Log_Logger *logger)
{
    bool changes = false;
    for (int c = 0; c < recordings->channels; c++) {
        Latent *recording = parse(&copy[c], logger);
        if (!recording && !copy[c].known && !remove_others) continue;
        changes |=
            !reference_equals(playable(recordings->latent[c], model), playable(recording, model));
        latent_free(recordings->latent[c]);
        recordings->latent[c] = recording;
    }
    return changes;
}

void recordings_install(const Recordings *recordings, Engine *engine, const Model *model)
{
    for (int c = 0; c < recordings->channels; c++) {
        const Latent *recording = playable(recordings->latent[c], model);
        if (recording) engine_restore_capture(engine, c, recording);
    }
}

bool recordings_copy(const Recordings *recordings, Copy copy[CHANNELS_MAX])
{
    for (int c = 0; c < recordings->channels; c++) {
        Error error;
        copy[c].known = true;
        if (!recordings->latent[c]) continue;
        copy[c].bytes = latent_serialize(recordings->latent[c], &copy[c].size, &error);
        if (!copy[c].bytes) return false;
    }
    return true;
}

void recordings_free(Recordings *recordings)
{
    for (int c = 0; c < recordings->channels; c++) latent_free(recordings->latent[c]);
}
