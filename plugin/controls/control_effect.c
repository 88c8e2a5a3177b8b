#include "controls/control_effect.h"

#include <stdio.h>
#include <string.h>

// A condition on another control's value; port 0, which is none, ends a list.
typedef struct {
    int port;
    enum { ABOVE, EQUAL, OTHER } test;
    float value;
} Condition;

enum { CONDITIONS_MAX = 3 };

typedef struct {
    Effect need; // EFFECT_NOW: none
    bool reference;
    Condition condition[CONDITIONS_MAX];
    const char *name; // for people, where the model can be the reason
} Row;

#define IF_NOISE                                                                                   \
    {                                                                                              \
        PORT_NOISE, ABOVE, 0                                                                       \
    }
#define IF_BLEND                                                                                   \
    {                                                                                              \
        PORT_BLEND, ABOVE, 0                                                                       \
    }
#define IF_ALTERNATE                                                                               \
    {                                                                                              \
        PORT_BLEND_MODE, EQUAL, 1                                                                  \
    }
#define IF_TIMBRE                                                                                  \
    {                                                                                              \
        PORT_FREEZE_KIND, EQUAL, 0                                                                 \
    }

// Controls that always have an effect have no row.
static const Row rows[PORT_AUDIO] = {
    [PORT_NOISE_MODE] = {.condition = {IF_NOISE}},
    [PORT_DRIFT] = {.condition = {IF_NOISE, {PORT_NOISE_MODE, OTHER, 0}}},
    [PORT_SEED] = {.condition = {IF_NOISE}},
    [PORT_BLEND] = {.reference = true},
    [PORT_BLEND_MODE] = {.reference = true, .condition = {IF_BLEND}},
    [PORT_INPUT_BEATS] = {.reference = true, .condition = {IF_BLEND, IF_ALTERNATE}},
    [PORT_REFERENCE_BEATS] = {.reference = true, .condition = {IF_BLEND, IF_ALTERNATE}},
    [PORT_DYNAMICS] = {.need = EFFECT_NEEDS_SPECTRUM,
                       .reference = true,
                       .condition = {IF_BLEND, {PORT_BLEND_MODE, OTHER, 2}},
                       .name = "Dynamics"},
    [PORT_FREEZE_UNIT] = {.condition = {IF_TIMBRE}},
    [PORT_FREEZE_SECONDS] = {.condition = {IF_TIMBRE, {PORT_FREEZE_UNIT, EQUAL, 0}}},
    [PORT_FREEZE_BEATS] = {.condition = {IF_TIMBRE, {PORT_FREEZE_UNIT, EQUAL, 1}}},
    [PORT_FREEZE_KIND] = {.need = EFFECT_NEEDS_SPECTRUM, .name = "Freeze kind"},
    [PORT_AUTO_GAIN] = {.need = EFFECT_NEEDS_WAVEFORM, .name = "Automatic gain"},
    [PORT_SOUNDS_IN_SILENCE] = {.need = EFFECT_NEEDS_WAVEFORM, .name = "Sounds in silence"},
    [PORT_AXIS_1] = {.need = EFFECT_NEEDS_AXES, .name = "Axis 1"},
    [PORT_AXIS_2] = {.need = EFFECT_NEEDS_AXES, .name = "Axis 2"},
    [PORT_AXIS_3] = {.need = EFFECT_NEEDS_AXES, .name = "Axis 3"},
    [PORT_AXIS_4] = {.need = EFFECT_NEEDS_AXES, .name = "Axis 4"},
    [PORT_MATCH] = {.need = EFFECT_NEEDS_STATISTICS, .name = "Match"},
};

static const char *const reasons[] = {
    [EFFECT_NEEDS_SPECTRUM] = "for models of spectra",
    [EFFECT_NEEDS_WAVEFORM] = "for models of waveforms",
    [EFFECT_NEEDS_AXES] = "for models of spectra that store axes",
    [EFFECT_NEEDS_STATISTICS] = "for models that store statistics of their music",
};

EffectModel control_effect_model(const Model *model)
{
    const bool spectrum = model->arch.front.kind == FRONT_SPECTRUM;
    return (EffectModel){
        .spectrum = spectrum,
        .axes = spectrum && model->latent_axes,
        .statistics = model->piece_axes != NULL,
    };
}

static bool is_met(Effect need, const EffectModel *model)
{
    switch (need) {
    case EFFECT_NEEDS_SPECTRUM: return model->spectrum;
    case EFFECT_NEEDS_WAVEFORM: return !model->spectrum;
    case EFFECT_NEEDS_AXES: return model->axes;
    case EFFECT_NEEDS_STATISTICS: return model->statistics;
    default: return true;
    }
}

static bool holds(const Condition *condition, const EffectModel *model, const float *value)
{
    // With waveforms it is always the timbre.
    const bool ignored = condition->port == PORT_FREEZE_KIND && !model->spectrum;
    const float now = ignored ? 0.0f : value[condition->port];
    switch (condition->test) {
    case ABOVE: return now > condition->value;
    case EQUAL: return now == condition->value;
    default: return now != condition->value;
    }
}

Effect control_effect(int port, const EffectModel *model, bool reference,
                      const float value[PORT_AUDIO])
{
    const Row *row = &rows[port];
    if (!is_met(row->need, model)) return row->need;
    if (row->reference && !reference) return EFFECT_NEEDS_REFERENCE;
    for (int i = 0; i < CONDITIONS_MAX && row->condition[i].port; i++)
        if (!holds(&row->condition[i], model, value)) return EFFECT_NEEDS_CONTROL;
    return EFFECT_NOW;
}

uint64_t control_effect_idle(uint64_t ports, const EffectModel *model)
{
    uint64_t idle = 0;
    for (int port = 0; port < PORT_AUDIO; port++)
        if (!is_met(rows[port].need, model)) idle |= UINT64_C(1) << port;
    return idle & ports;
}

void control_effect_describe(uint64_t ports, const EffectModel *model, Error *line)
{
    const uint64_t idle = control_effect_idle(ports, model);
    size_t length = 0;
    *line = (Error){0};
    for (Effect need = EFFECT_NEEDS_SPECTRUM; need <= EFFECT_NEEDS_STATISTICS; need++) {
        bool named = false;
        for (int port = 0; port < PORT_AUDIO; port++) {
            if (!(idle >> port & 1) || rows[port].need != need) continue;
            length += (size_t)snprintf(line->text + length, sizeof line->text - length, "%s%s",
                                       named        ? ", "
                                       : length > 0 ? "; "
                                                    : "no effect with this model: ",
                                       rows[port].name);
            named = true;
        }
        if (named)
            length += (size_t)snprintf(line->text + length, sizeof line->text - length, " (%s)",
                                       reasons[need]);
    }
}
