// effect_options.h: the controls of the whole effect as options of `trainer reconstruct`, which may
// change with time as a host's automation does. For the main thread alone.
#ifndef TRASLUZ_EFFECT_OPTIONS_H
#define TRASLUZ_EFFECT_OPTIONS_H

#include "engine/engine.h"
#include "options/latent_options.h"

// A change in time is followed in steps of so many frames, and at each breakpoint, as by a host
// with blocks of that length.
enum { EFFECT_STEP = 64 };

typedef struct {
    LatentOptions latent;         // of the table `latent_options`
    Automation detail, wet, gain; // the gain in dB
    Automation drift, scale, smear, axes[MODEL_AXES], match, dynamics, freeze_seconds;
    Automation freeze, capture; // switches: 0 or 1
    int freeze_kind;            // a choice
    bool auto_gain, follow, alternate, cross;
} EffectOptions;

extern const Option effect_options[];

// Checks that the options fit together: returns EXIT_DONE, or EXIT_USAGE after a message.
int effect_options_check(const EffectOptions *options, const Command *command);

// Returns the settings at a frame of audio of `rate` Hz.
EngineSettings effect_options_at(const EffectOptions *options, uint64_t frame, double rate);

// Returns the first frame after this one at which the settings may differ; UINT64_MAX if they never
// change.
uint64_t effect_options_next(const EffectOptions *options, uint64_t frame, double rate);

// Prints which options do nothing with this model.
void effect_options_note_idle(const EffectOptions *options, const Model *model);

#endif
