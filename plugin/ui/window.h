// window.h: an X11 window that a panel is drawn in. It has no thread and no loop of its own: the
// host calls window_idle(). The window's thread only.
#ifndef TRASLUZ_UI_WINDOW_H
#define TRASLUZ_UI_WINDOW_H

#include "panel.h"

#include <X11/Xlib.h>

typedef struct {
    Display *display;
    Window parent, window;
    int width, height;               // pixels
    int parent_width, parent_height; // as they were last seen
    cairo_surface_t *screen, *image; // the window's; what is drawn and then copied
    Panel *panel;
    double looked_at; // seconds: when the parent's size was looked at
    bool exposed, gone;
    const char *reason; // why it did not open
} UiWindow;

// Opens a window of that size in `parent`, 0 for none, on the default display. False where there is
// no display or memory is short.
bool window_open(UiWindow *window, Panel *panel, unsigned long parent, int width, int height);
void window_close(UiWindow *window);

// Handles what has happened, and draws what has changed. False when the window is gone.
bool window_idle(UiWindow *window);

// Makes it so large.
void window_resize(UiWindow *window, int width, int height);

#endif
