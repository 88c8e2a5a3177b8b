// ports.h: the plugins' ports by index, as ttl/trasluz.ttl declares them. All but the audio ports
// have the same index in the mono and the stereo plugin. Hosts keep automation by index: new ports
// go before the audio ports, and tests/ports.frozen lists those that may not change any more.
#ifndef TRASLUZ_PORTS_H
#define TRASLUZ_PORTS_H

enum {
    PORT_CONTROL,
    PORT_NOTIFY,
    PORT_ENABLED,
    PORT_DETAIL,
    PORT_NOISE,
    PORT_NOISE_MODE,
    PORT_DRIFT,
    PORT_SCALE,
    PORT_OFFSET,
    PORT_SMEAR,
    PORT_BLEND,
    PORT_BLEND_MODE,
    PORT_INPUT_BEATS,
    PORT_REFERENCE_BEATS,
    PORT_CAPTURE,
    PORT_FREEZE,
    PORT_FREEZE_UNIT,
    PORT_FREEZE_SECONDS,
    PORT_FREEZE_BEATS,
    PORT_WET,
    PORT_AUTO_GAIN,
    PORT_GAIN,
    PORT_SEED,
    PORT_FREEWHEEL,
    PORT_LATENCY,
    PORT_SOUNDS_IN_SILENCE,
    PORT_SMEAR_MS,
    PORT_LATENCY_MODE,
    PORT_AXIS_1,
    PORT_AXIS_2,
    PORT_AXIS_3,
    PORT_AXIS_4,
    PORT_MATCH,
    PORT_DYNAMICS,
    PORT_FREEZE_KIND,
    PORT_MIDI,
    PORT_AUDIO, // the inputs, then the outputs
};

enum {
    CHANNELS_MAX = 2,
    PORTS_MAX = PORT_AUDIO + 2 * CHANNELS_MAX,
};

#endif
