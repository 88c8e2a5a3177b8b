// bare_panel.h: the window's panel without a window: messages of the plugin are made by hand, what
// it writes to the host is kept, and it draws to a picture in memory. One at a time.
#ifndef TRASLUZ_TESTS_UI_BARE_PANEL_H
#define TRASLUZ_TESTS_UI_BARE_PANEL_H

#include "panel.h"

extern Panel panel;
extern View view; // what say_view() says

// Opens a panel with the plugin's bundle, and resets the view; panel_free() closes it.
void open_panel(int language);
void end_panels(void); // after the last one

// A view of a model of spectra with axes, of a thirtieth of a second.
void reset_view(void);

// What the plugin says.
void say_view(void);
void say_text(const char *property, const char *type, const char *text);
void say_file(FileKind kind, const char *path);

// The path of the last choice that the panel wrote, or NULL.
const char *chosen(void);
void forget_writes(void);

// The path of a file in the bundle; one of two buffers in turn.
const char *bundle(const char *name);

// Draws what is to be drawn, and returns how many boxes that were.
int draw(void);

// A context for the picture; cairo_destroy() frees it.
cairo_t *pen(void);

// The pixels of a box, as a number that differs where they do.
uint64_t pixels(const Box *box);

#endif
