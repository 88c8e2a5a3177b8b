// bare_plugin.h: instances of the plugin without a host around them, for what is measured of the
// plugin itself: its memory and its time. Functions abort the program where they cannot do what
// they say. One thread.
#ifndef TRASLUZ_BARE_PLUGIN_H
#define TRASLUZ_BARE_PLUGIN_H

#include "controls/ports.h"

#include <lv2/core/lv2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BARE_BLOCK_MAX = 4096 }; // samples

typedef struct {
    const LV2_Descriptor *descriptor;
    LV2_Handle handle;
    int channels;
    float *control; // [PORT_AUDIO]: by the ports' numbers; NaN: the default
    float *in[CHANNELS_MAX], *out[CHANNELS_MAX]; // [BARE_BLOCK_MAX], zeros at first
    bool watched;                                // by a window that asks in each block
} BarePlugin;

// Loads the plugin from the bundle below the environment's TRASLUZ_LV2 and instantiates and
// activates it. `model` is a weights file; NULL: the plugin's default.
BarePlugin bare_plugin_new(int channels, double rate, const char *model);
void bare_plugin_free(BarePlugin *plugin);

// Connects the message ports, as of a window that listens, or of none.
void bare_plugin_watch(BarePlugin *plugin, bool watched);

// Plays in[c][0, n) to out[c][0, n).
void bare_plugin_run(const BarePlugin *plugin, uint32_t n);

// What the plugin has asked its host to do off the audio thread: frees what no longer sounds, such
// as the default model's engine where another model was named.
void bare_plugin_work(const BarePlugin *plugin);

// Samples from a click to the loudest that the model alone, without detail and automatic gain,
// makes of it. The plugin has played nothing before.
int bare_plugin_click(const BarePlugin *plugin);

// Bytes of memory that the process has taken, large blocks included.
size_t bare_plugin_held_bytes(void);

#endif
