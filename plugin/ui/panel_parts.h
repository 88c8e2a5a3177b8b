// panel_parts.h: what the files of panel.h share with each other.
#ifndef TRASLUZ_UI_PANEL_PARTS_H
#define TRASLUZ_UI_PANEL_PARTS_H

#include "panel.h"

// Returns the number of the control of a port, or -1.
int panel_control(const Panel *panel, int port);

// Shows a value of control number i; what is not a number is not shown.
void panel_show_value(Panel *panel, int i, float value);

// Opens the list of models or references, with what is in use marked; closes it.
void panel_open_chooser(Panel *panel, FileKind kind);
void panel_close_chooser(Panel *panel);

// Does what the marked row of the list stands for.
void panel_choose(Panel *panel);

// Chooses the file before (-1) or after (1) the one in use, in the order of the list.
void panel_choose_next(Panel *panel, FileKind kind, int step);

#endif
