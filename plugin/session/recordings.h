// recordings.h: what Capture recorded, by audio channel. A recording outlives the engine that made
// it: it stays while another model plays, and plays again when its own comes back. Allocates; never
// on the audio thread. One thread at a time.
#ifndef TRASLUZ_RECORDINGS_H
#define TRASLUZ_RECORDINGS_H

#include "engine/engine.h"
#include "session/copy.h"

#include <lv2/log/logger.h>

typedef struct {
    Latent *latent[CHANNELS_MAX]; // NULL: none
    int channels;
} Recordings;

// Takes over what the engine has recorded since it was made. The engine may be NULL, and need
// not sound yet.
void recordings_collect(Recordings *recordings, Engine *engine);

// Replaces the recordings by a session's. Where the session does not say whether there is one of a
// channel, that channel's recording goes if `remove_others` is set, else it stays. Returns true if
// the model plays others now. Copies that cannot be read are reported to the log and count as none.
bool recordings_replace(Recordings *recordings, const Copy copy[CHANNELS_MAX], bool remove_others,
                        const Model *model, LV2_Log_Logger *logger);

// Gives a new engine the recordings that its model made.
void recordings_install(const Recordings *recordings, Engine *engine, const Model *model);

// Serializes the recordings into copies, which the caller frees. False where memory is short.
bool recordings_copy(const Recordings *recordings, Copy copy[CHANNELS_MAX]);

void recordings_free(Recordings *recordings);

#endif
