// plugin.h: a plugin instance. Its LV2 functions are in plugin.c and state.c; handover.h says which
// thread owns which part.
#ifndef TRASLUZ_PLUGIN_H
#define TRASLUZ_PLUGIN_H

#include "controls/control_effect.h"
#include "controls/controls.h"
#include "controls/notes.h"
#include "host/feed.h"
#include "host/messages.h"
#include "host/transport.h"
#include "host/uris.h"
#include "player.h"
#include "session/handover.h"

#include <lv2/log/logger.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>

typedef struct {
    // Constant.
    Uris uris;
    LV2_Log_Logger logger;
    const LV2_Worker_Schedule *schedule; // NULL where the host has no worker
    int channels;

    // Of the audio thread.
    const LV2_Atom_Sequence *control, *midi;
    LV2_Atom_Sequence *notify;
    float *latency;
    const float *in[CHANNELS_MAX];
    float *out[CHANNELS_MAX];
    Controls controls;
    Messages messages;
    Feed feed;
    Notes notes;
    Player player;
    Transport transport;
    bool work_due; // the worker has to be called
    // Ports without effect with the model, bit by bit: the worker has been told of `noted`, and is
    // told of `idle` once they have been so for `idle_samples`.
    const Model *noted_model;
    uint64_t noted, idle;
    uint32_t idle_samples;
    uint32_t idle_least; // a second

    // Of all threads.
    Handover handover;
} Plugin;

extern const LV2_State_Interface state_interface;

#endif
