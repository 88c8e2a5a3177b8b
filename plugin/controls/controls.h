// controls.h: turns the control ports' values into the engine's settings. Ranges and defaults are
// those of ttl/trasluz.ttl. Audio thread only.
#ifndef TRASLUZ_CONTROLS_H
#define TRASLUZ_CONTROLS_H

#include "controls/ports.h"
#include "engine/engine.h"

typedef struct {
    // Where the host keeps the values; NULL where it has not connected the port.
    const float *value[PORTS_MAX];

    float decibels, gain; // the last output gain, in dB and as a factor
} Controls;

void controls_init(Controls *controls);

// Reads all controls, once for each block. Each value is brought into its range; one that is not a
// number or not connected becomes the default. What depends on the song comes by
// controls_set_tempo(). Real-time safe.
EngineSettings controls_read(Controls *controls);

// Writes the values of all controls, each in its range; 0 for the other ports. Real-time safe.
void controls_values(const Controls *controls, float value[PORT_AUDIO]);

// Returns the ports, bit by bit, whose value is not the default. Real-time safe.
uint64_t controls_moved(const Controls *controls);

// Returns true if the latency has to be the same whatever model plays. Real-time safe.
bool controls_constant_latency(const Controls *controls);

// Returns true while the host renders faster than real time. Real-time safe.
bool controls_freewheels(const Controls *controls);

// Sets what depends on the song: its tempo in beats per minute, and the beat at its frame
// 0. Real-time safe.
void controls_set_tempo(const Controls *controls, EngineSettings *settings, float tempo,
                        double first_beat);

#endif
