// ports.h: the plugins' ports by index, as ttl/trasluz.ttl declares them. All but the audio ports
// have the same index in the mono and the stereo plugin.
#ifndef TRASLUZ_PORTS_H
#define TRASLUZ_PORTS_H

enum {
    PORT_CONTROL,
    PORT_NOTIFY,
    PORT_ENABLED,
    PORT_NOISE,
    PORT_OFFSET,
    PORT_BLEND,
    PORT_WET,
    PORT_GAIN,
    PORT_SEED,
    PORT_LATENCY,
    PORT_AUDIO, // the inputs, then the outputs
};

enum {
    CHANNELS_MAX = 2,
    PORTS_MAX = PORT_AUDIO + 2 * CHANNELS_MAX,
};

#endif
