// controls.h: the control ports' values as the engine's settings. Ranges and defaults are those of
// ttl/trasluz.ttl. Audio thread only.
#ifndef TRASLUZ_CONTROLS_H
#define TRASLUZ_CONTROLS_H

#include "engine/engine.h"
#include "ports.h"

typedef struct {
    const float
        *value[PORTS_MAX]; // where the host keeps them; NULL where it has not connected the port
    float decibels, gain;  // the output gain that was converted last, and what it came to
} Controls;

void controls_init(Controls *controls);

// Each value is brought into its range; the default stands for one that is no number or not
// connected. The song's tempo is in beats a minute, `first_beat` is the beat at its position 0.
// Real-time safe.
EngineSettings controls_read(Controls *controls, float tempo, double first_beat);

#endif
