// panel_layout.h: where everything in the window stands.
#ifndef TRASLUZ_UI_PANEL_LAYOUT_H
#define TRASLUZ_UI_PANEL_LAYOUT_H

#include "control.h"
#include "host.h"

extern const Box layout_title, layout_notice, layout_map, layout_history, layout_spectrum,
    layout_levels;

enum { LAYOUT_GROUPS = 5 };

// A group of controls, as a player thinks of them.
typedef struct {
    const char *name[LANGUAGES];
    Box box;
} Group;

extern const Group layout_group[LAYOUT_GROUPS];

// Places the controls in the order in which the keys go through them; returns how many.
int layout_controls(Control *control, int room);

// The name of a file, and the buttons before and after it: step is -1 or 1.
Box layout_file(FileKind kind);
Box layout_file_step(FileKind kind, int step);

// The list of files under a name, for so many rows.
Box layout_chooser(FileKind kind, int rows);

#endif
