// control.h: one control of the window: a row that is dragged, a switch, a choice, a list of
// choices, or the dial.
// Draws itself and turns the pointer and the keys into values.
#ifndef TRASLUZ_UI_CONTROL_H
#define TRASLUZ_UI_CONTROL_H

#include "control_table.h"
#include "theme.h"

#include <stddef.h>

#define ROW_TEXT 11.0 // size of the text in rows and lists

typedef enum {
    SHAPE_ROW,
    SHAPE_DIAL,
    SHAPE_LIST, // all choices, one below the other
} Shape;

typedef struct {
    const ControlInfo *info;
    const char *label[LANGUAGES]; // the name, without what its group says already
    Shape shape;
    Box box;
    float value;
    bool idle;    // without effect now: drawn dim, but may be moved
    bool focused; // the keys go here
    bool hot;     // the pointer is over it
} Control;

// Returns the value at a share of the range, 0 to 1, and the share of the value.
float control_at(const ControlInfo *info, double share);
double control_share(const ControlInfo *info, float value);

// Returns the value moved by so many steps: a hundredth of the range, a whole number, or the next
// choice. `fine`: a tenth of that.
float control_step(const ControlInfo *info, float value, double steps, bool fine);

// Writes the value as it is shown, with its unit or its name.
void control_text(const ControlInfo *info, float value, int language, char *text, size_t room);

// Reads a typed value, in the locale's or the C locale's numbers, or the name of a point in any
// language. False where it is neither; a number out of range is brought into it.
bool control_parse(const ControlInfo *info, const char *text, float *value);

// Returns the choice of a list at a height of the panel.
float control_choice_at(const Control *control, double y);

// Places the name and the value of a row: the value at its right end, as wide as it needs to be.
void control_place_row(cairo_t *cr, const Control *control, const char *value, Box *name, Box *at);

void control_draw(cairo_t *cr, const Control *control, int language);

#endif
