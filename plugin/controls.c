#include "controls.h"

#include <math.h>

typedef struct {
    float minimum, maximum, otherwise;
} Range;

static const Range ranges[PORTS_MAX] = {
    [PORT_ENABLED] = {0, 1, 1},  [PORT_NOISE] = {0, 2, 0}, [PORT_OFFSET] = {-2, 2, 0},
    [PORT_BLEND] = {0, 1, 0},    [PORT_WET] = {0, 1, 1},   [PORT_GAIN] = {-24, 12, 0},
    [PORT_SEED] = {0, 65535, 0},
};

static float read(const Controls *controls, int port)
{
    const Range *range = &ranges[port];
    const float *value = controls->value[port];
    if (!value || isnan(*value)) return range->otherwise;
    return fminf(fmaxf(*value, range->minimum), range->maximum);
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

EngineSettings controls_read(Controls *controls)
{
    return (EngineSettings){
        .latent =
            {
                LATENT_NEUTRAL,
                .noise = read(controls, PORT_NOISE),
                .offset = read(controls, PORT_OFFSET),
                .blend = read(controls, PORT_BLEND),
                .seed = (uint32_t)(read(controls, PORT_SEED) + 0.5f),
            },
        .wet = read(controls, PORT_WET),
        .gain = read_gain(controls),
        .enabled = read(controls, PORT_ENABLED) > 0,
    };
}
