// plugin.h: a plugin instance. Its LV2 functions are plugin.c's and state.c's; which of its parts
// belongs to which thread stands in handover.h.
#ifndef TRASLUZ_PLUGIN_H
#define TRASLUZ_PLUGIN_H

#include "controls.h"
#include "handover.h"
#include "messages.h"
#include "player.h"
#include "transport.h"
#include "uris.h"

#include <lv2/log/logger.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>

typedef struct {
    // Constant.
    Uris uris;
    LV2_Log_Logger logger;
    const LV2_Worker_Schedule *schedule; // NULL where the host has no worker
    int channels;

    // The audio thread's.
    const LV2_Atom_Sequence *control;
    LV2_Atom_Sequence *notify;
    float *latency;
    const float *in[CHANNELS_MAX];
    float *out[CHANNELS_MAX];
    Controls controls;
    Messages messages;
    Player player;
    Transport transport;
    bool work_due; // the worker is to be called

    // Everybody's.
    Handover handover;
} Plugin;

extern const LV2_State_Interface state_interface;

#endif
