// control_effect.h: which controls have an effect now, and why the others have none: one table for
// the plugin's message and for whatever shows the controls. Depends on the model's kind and what
// it stores, on whether a reference plays, and on the other controls. Plain functions; real-time
// safe, but for control_effect_describe().
#ifndef TRASLUZ_CONTROL_EFFECT_H
#define TRASLUZ_CONTROL_EFFECT_H

#include "controls/ports.h"
#include "files/error.h"
#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    EFFECT_NOW,
    // The model is the reason:
    EFFECT_NEEDS_SPECTRUM,
    EFFECT_NEEDS_WAVEFORM,
    EFFECT_NEEDS_AXES,       // that the model stores
    EFFECT_NEEDS_STATISTICS, // of the pieces that it was trained on
    // What else is missing:
    EFFECT_NEEDS_REFERENCE,
    EFFECT_NEEDS_CONTROL, // another control, which is at rest or elsewhere
} Effect;

// What the table asks of a model.
typedef struct {
    bool spectrum, axes, statistics;
} EffectModel;

EffectModel control_effect_model(const Model *model);

// Returns whether the control at `port` has an effect. value[PORT_AUDIO] are those of all ports. A
// reference is a file or a recording. Ports that are no controls always have one.
Effect control_effect(int port, const EffectModel *model, bool reference,
                      const float value[PORT_AUDIO]);

// Returns those of the ports, bit by bit, that have no effect with the model, whatever the others.
uint64_t control_effect_idle(uint64_t ports, const EffectModel *model);

// Writes a line for people: the ports, and why they have no effect with the model. Empty where all
// have one.
void control_effect_describe(uint64_t ports, const EffectModel *model, Error *line);

#endif
