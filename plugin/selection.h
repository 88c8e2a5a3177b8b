// selection.h: what the user named and what came of it: the rules of loading. A file that cannot be
// loaded stays named, is told to the log, and leaves the sound as it is. Blocks and allocates;
// never on the audio thread. One thread at a time: the handover guards the one selection of a
// plugin instance.
#ifndef TRASLUZ_SELECTION_H
#define TRASLUZ_SELECTION_H

#include "setup.h"

#include <lv2/log/logger.h>

typedef struct {
    double rate;  // Hz, the host's
    int channels; // of audio
    LV2_Log_Logger *logger;
    Names names;       // as named last, loaded or not
    Model *model;      // as loaded last; NULL before the first
    Latent *reference; // as loaded last; NULL where none fits the model
} Selection;

// Nothing is named or loaded. The logger must outlive it.
void selection_init(Selection *selection, double rate, int channels, LV2_Log_Logger *logger);
void selection_clear(Selection *selection);

// Takes over the paths that are not NULL, loads them, and returns what the audio thread is to be
// given: with a new engine where the sound changes. A path must fit PATH_BYTES; "" as the
// reference's means none. The caller owns the Setup; NULL where memory is short.
Setup *selection_name(Selection *selection, const char *const path[PROPERTIES]);

#endif
