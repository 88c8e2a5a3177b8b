// ui_host_parts.h: what the files of ui_host.h share with each other.
#ifndef TRASLUZ_TESTS_UI_HOST_PARTS_H
#define TRASLUZ_TESTS_UI_HOST_PARTS_H

#include "lib/lv2host.h"
#include "ui/ui_host.h"

#include <lv2/ui/ui.h>
#include <X11/Xlib.h>

enum { SAID_MAX = 4096 };

struct UiHost {
    double rate;
    Host *plugin; // NULL: none
    Display *display;
    Window parent, window;
    bool no_parent;

    void *library;
    const LV2UI_Descriptor *descriptor;
    LV2UI_Handle ui;
    const LV2UI_Idle_Interface *idle;
    const LV2UI_Resize *resized;
    LV2UI_Touch touch;
    LV2UI_Resize resize;
    LV2UI_Request_Value request;

    UiHostSound sound;
    void *sound_data;
    uint64_t frames;  // of the chord
    double played_at; // seconds
    double cost;      // seconds of processor time in the window's functions
    Said said[SAID_MAX];
    int said_count;
    int forwarded; // messages of the plugin that the window was given
    bool parent_gone;
};

#endif
