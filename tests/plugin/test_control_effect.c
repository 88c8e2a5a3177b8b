// The table of control_effect.h: when each control has an effect, as the plugin's README says it.
#include "controls/control_effect.h"
#include "lib/check.h"

static const EffectModel waveform = {0}, bare = {.spectrum = true},
                         full = {.spectrum = true, .axes = true, .statistics = true};

// A control, alone at its default where nothing else is set.
static Effect effect(int port, const EffectModel *model, bool reference, int other, float value)
{
    float values[PORT_AUDIO] = {[PORT_NOISE_MODE] = 2};
    if (other) values[other] = value;
    return control_effect(port, model, reference, values);
}

static void test_the_models_kind(void)
{
    static const struct {
        int port;
        Effect waveform, bare, full;
    } cases[] = {
        {PORT_AXIS_1, EFFECT_NEEDS_AXES, EFFECT_NEEDS_AXES, EFFECT_NOW},
        {PORT_AXIS_4, EFFECT_NEEDS_AXES, EFFECT_NEEDS_AXES, EFFECT_NOW},
        {PORT_MATCH, EFFECT_NEEDS_STATISTICS, EFFECT_NEEDS_STATISTICS, EFFECT_NOW},
        {PORT_FREEZE_KIND, EFFECT_NEEDS_SPECTRUM, EFFECT_NOW, EFFECT_NOW},
        {PORT_AUTO_GAIN, EFFECT_NOW, EFFECT_NEEDS_WAVEFORM, EFFECT_NEEDS_WAVEFORM},
        {PORT_SOUNDS_IN_SILENCE, EFFECT_NOW, EFFECT_NEEDS_WAVEFORM, EFFECT_NEEDS_WAVEFORM},
        {PORT_NOISE, EFFECT_NOW, EFFECT_NOW, EFFECT_NOW},
        {PORT_FREEZE, EFFECT_NOW, EFFECT_NOW, EFFECT_NOW},
        {PORT_ENABLED, EFFECT_NOW, EFFECT_NOW, EFFECT_NOW},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int port = cases[i].port;
        CHECK_MSG(effect(port, &waveform, true, 0, 0) == cases[i].waveform, "port %d", port);
        CHECK_MSG(effect(port, &bare, true, 0, 0) == cases[i].bare, "port %d", port);
        CHECK_MSG(effect(port, &full, true, 0, 0) == cases[i].full, "port %d", port);
    }
}

static void test_a_reference_is_needed(void)
{
    CHECK(effect(PORT_BLEND, &full, false, 0, 0) == EFFECT_NEEDS_REFERENCE);
    CHECK(effect(PORT_BLEND, &full, true, 0, 0) == EFFECT_NOW);
    CHECK(effect(PORT_BLEND_MODE, &full, false, PORT_BLEND, 1) == EFFECT_NEEDS_REFERENCE);
    CHECK(effect(PORT_DYNAMICS, &full, false, PORT_BLEND, 1) == EFFECT_NEEDS_REFERENCE);
    CHECK(effect(PORT_DYNAMICS, &waveform, false, PORT_BLEND, 1) == EFFECT_NEEDS_SPECTRUM);
}

static void test_another_control_is_needed(void)
{
    CHECK(effect(PORT_DRIFT, &full, false, 0, 0) == EFFECT_NEEDS_CONTROL);
    CHECK(effect(PORT_DRIFT, &full, false, PORT_NOISE, 1) == EFFECT_NOW);
    CHECK(effect(PORT_SEED, &full, false, 0, 0) == EFFECT_NEEDS_CONTROL);
    CHECK(effect(PORT_DYNAMICS, &full, true, 0, 0) == EFFECT_NEEDS_CONTROL);
    CHECK(effect(PORT_DYNAMICS, &full, true, PORT_BLEND, 0.5f) == EFFECT_NOW);
    CHECK(effect(PORT_INPUT_BEATS, &full, true, PORT_BLEND, 0.5f) == EFFECT_NEEDS_CONTROL);
    float alternates[PORT_AUDIO] = {[PORT_BLEND] = 1, [PORT_BLEND_MODE] = 1};
    CHECK(control_effect(PORT_INPUT_BEATS, &full, true, alternates) == EFFECT_NOW);
    float each_frame[PORT_AUDIO] = {[PORT_NOISE] = 1};
    CHECK(control_effect(PORT_DRIFT, &full, true, each_frame) == EFFECT_NEEDS_CONTROL);
    float crossed[PORT_AUDIO] = {[PORT_BLEND] = 1, [PORT_BLEND_MODE] = 2};
    CHECK(control_effect(PORT_DYNAMICS, &full, true, crossed) == EFFECT_NEEDS_CONTROL);
}

// A frozen sound has no length; with waveforms it is the timbre that is frozen.
static void test_lengths_are_of_a_frozen_timbre(void)
{
    CHECK(effect(PORT_FREEZE_SECONDS, &full, false, 0, 0) == EFFECT_NOW);
    CHECK(effect(PORT_FREEZE_BEATS, &full, false, 0, 0) == EFFECT_NEEDS_CONTROL);
    CHECK(effect(PORT_FREEZE_BEATS, &full, false, PORT_FREEZE_UNIT, 1) == EFFECT_NOW);
    CHECK(effect(PORT_FREEZE_SECONDS, &full, false, PORT_FREEZE_KIND, 1) == EFFECT_NEEDS_CONTROL);
    CHECK(effect(PORT_FREEZE_UNIT, &full, false, PORT_FREEZE_KIND, 1) == EFFECT_NEEDS_CONTROL);
    CHECK(effect(PORT_FREEZE_SECONDS, &waveform, false, PORT_FREEZE_KIND, 1) == EFFECT_NOW);
}

static uint64_t bit(int port)
{
    return UINT64_C(1) << port;
}

static void test_idle_ports_are_described(void)
{
    const uint64_t moved = bit(PORT_AXIS_1) | bit(PORT_AXIS_3) | bit(PORT_MATCH) |
                           bit(PORT_FREEZE_KIND) | bit(PORT_AUTO_GAIN) | bit(PORT_NOISE);
    CHECK(control_effect_idle(moved, &full) == bit(PORT_AUTO_GAIN));
    CHECK(control_effect_idle(moved, &waveform) ==
          (moved & ~bit(PORT_AUTO_GAIN) & ~bit(PORT_NOISE)));
    Error line;
    control_effect_describe(moved, &waveform, &line);
    CHECK_MSG(strcmp(line.text, "no effect with this model: Freeze kind (for models of spectra); "
                                "Axis 1, Axis 3 (for models of spectra that store axes); "
                                "Match (for models that store statistics of their music)") == 0,
              "%s", line.text);
    control_effect_describe(bit(PORT_NOISE), &waveform, &line);
    CHECK(!*line.text);
    // The longest there can be is not cut.
    control_effect_describe(UINT64_MAX, &waveform, &line);
    CHECK(line.text[strlen(line.text) - 1] == ')');
}

int main(void)
{
    RUN(test_the_models_kind);
    RUN(test_a_reference_is_needed);
    RUN(test_another_control_is_needed);
    RUN(test_lengths_are_of_a_frozen_timbre);
    RUN(test_idle_ports_are_described);
    return check_status();
}
