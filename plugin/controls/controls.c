#include "controls/controls.h"

#include <math.h>

typedef struct {
    float minimum, maximum, initial;
} Range;

#define SMEAR_OFF 0.1f // milliseconds: a logarithmic range has no 0

static const Range ranges[PORTS_MAX] = {
    [PORT_ENABLED] = {0, 1, 1},
    [PORT_DETAIL] = {0, 1, 1},
    [PORT_NOISE] = {0, 2, 0},
    [PORT_NOISE_MODE] = {0, 2, 2},
    [PORT_DRIFT] = {0.05f, 50, 1},
    [PORT_SCALE] = {0, 2, 1},
    [PORT_OFFSET] = {-2, 2, 0},
    [PORT_SMEAR] = {0, 2, 0},
    [PORT_BLEND] = {0, 1, 0},
    [PORT_BLEND_MODE] = {0, 2, 0},
    [PORT_INPUT_BEATS] = {1, 64, 4},
    [PORT_REFERENCE_BEATS] = {1, 64, 4},
    [PORT_CAPTURE] = {0, 1, 0},
    [PORT_FREEZE] = {0, 1, 0},
    [PORT_FREEZE_UNIT] = {0, 1, 0},
    [PORT_FREEZE_SECONDS] = {0.1f, 8, 0.5f},
    [PORT_FREEZE_BEATS] = {0.25f, 16, 1},
    [PORT_WET] = {0, 1, 1},
    [PORT_AUTO_GAIN] = {0, 1, 1},
    [PORT_GAIN] = {-24, 12, 0},
    [PORT_SEED] = {0, 65535, 0},
    [PORT_SOUNDS_IN_SILENCE] = {0, 1, 0},
    [PORT_SMEAR_MS] = {SMEAR_OFF, 2000, SMEAR_OFF},
    [PORT_LATENCY_MODE] = {0, 1, 0},
    [PORT_AXIS_1] = {-3, 3, 0},
    [PORT_AXIS_2] = {-3, 3, 0},
    [PORT_AXIS_3] = {-3, 3, 0},
    [PORT_AXIS_4] = {-3, 3, 0},
    [PORT_MATCH] = {0, 1, 0},
    [PORT_DYNAMICS] = {0, 1, 0},
    [PORT_FREEZE_KIND] = {0, 1, 0},
};

static float read(const Controls *controls, int port)
{
    const Range *range = &ranges[port];
    const float *value = controls->value[port];
    if (!value || isnan(*value)) return range->initial;
    return fminf(fmaxf(*value, range->minimum), range->maximum);
}

static int read_whole(const Controls *controls, int port)
{
    return (int)lroundf(read(controls, port));
}

static bool read_switch(const Controls *controls, int port)
{
    return read(controls, port) > 0;
}

static float read_gain(Controls *controls)
{
    const float decibels = read(controls, PORT_GAIN);
    if (decibels != controls->decibels) {
        controls->decibels = decibels;
        controls->gain = powf(10, decibels / 20);
    }
    return controls->gain;
}

void controls_init(Controls *controls)
{
    *controls = (Controls){.decibels = 0, .gain = 1};
}

// Two ports set the smear, in seconds: the longer one counts.
static float read_smear(const Controls *controls)
{
    const float milliseconds = read(controls, PORT_SMEAR_MS);
    const float seconds = milliseconds > SMEAR_OFF ? milliseconds / 1000 : 0;
    return fmaxf(seconds, read(controls, PORT_SMEAR));
}

EngineSettings controls_read(Controls *controls)
{
    return (EngineSettings){
        .latent =
            {
                .capture = read_switch(controls, PORT_CAPTURE),
                .freeze = read_switch(controls, PORT_FREEZE),
                .freeze_kind = (FreezeKind)read_whole(controls, PORT_FREEZE_KIND),
                .freeze_seconds = read(controls, PORT_FREEZE_SECONDS),
                .smear = read_smear(controls),
                .scale = read(controls, PORT_SCALE),
                .blend_mode = (BlendMode)read_whole(controls, PORT_BLEND_MODE),
                .blend = read(controls, PORT_BLEND),
                .input_beats = read_whole(controls, PORT_INPUT_BEATS),
                .reference_beats = read_whole(controls, PORT_REFERENCE_BEATS),
                .dynamics = read(controls, PORT_DYNAMICS),
                .offset = read(controls, PORT_OFFSET),
                .match = read(controls, PORT_MATCH),
                .axes = {read(controls, PORT_AXIS_1), read(controls, PORT_AXIS_2),
                         read(controls, PORT_AXIS_3), read(controls, PORT_AXIS_4)},
                .noise_character = (NoiseCharacter)read_whole(controls, PORT_NOISE_MODE),
                .noise = read(controls, PORT_NOISE),
                .drift = read(controls, PORT_DRIFT),
                .seed = (uint32_t)read_whole(controls, PORT_SEED),
                .sounds_in_silence = read_switch(controls, PORT_SOUNDS_IN_SILENCE),
            },
        .detail = read(controls, PORT_DETAIL),
        .wet = read(controls, PORT_WET),
        .gain = read_gain(controls),
        .auto_gain = read_switch(controls, PORT_AUTO_GAIN),
        .enabled = read_switch(controls, PORT_ENABLED),
    };
}

void controls_values(const Controls *controls, float value[PORT_AUDIO])
{
    for (int port = 0; port < PORT_AUDIO; port++)
        value[port] = port < PORT_ENABLED ? 0.0f : read(controls, port);
}

uint64_t controls_moved(const Controls *controls)
{
    uint64_t moved = 0;
    for (int port = PORT_ENABLED; port < PORT_AUDIO; port++)
        if (read(controls, port) != ranges[port].initial) moved |= UINT64_C(1) << port;
    return moved;
}

bool controls_constant_latency(const Controls *controls)
{
    return read_whole(controls, PORT_LATENCY_MODE) == 1;
}

bool controls_freewheels(const Controls *controls)
{
    const float *value = controls->value[PORT_FREEWHEEL];
    return value && *value > 0;
}

void controls_set_tempo(const Controls *controls, EngineSettings *settings, float tempo,
                        double first_beat)
{
    settings->latent.tempo = tempo;
    settings->latent.first_beat = first_beat;
    if (read_whole(controls, PORT_FREEZE_UNIT) == 1)
        settings->latent.freeze_seconds = read(controls, PORT_FREEZE_BEATS) * 60 / tempo;
}
