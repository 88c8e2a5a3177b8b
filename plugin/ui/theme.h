// theme.h: colours and sizes of the window, and how text is drawn. The colours of what comes in,
// what goes out and the reference are near those of Okabe and Ito (2008): tests/ui/ui_test_theme.c
// checks that colour-blind users can tell them apart.
#ifndef TRASLUZ_UI_THEME_H
#define TRASLUZ_UI_THEME_H

#include <cairo.h>
#include <stdbool.h>

#define PI 3.141592653589793

typedef struct {
    double r, g, b;
} Colour;

// Grounds: of the window, of a group, of what is in it. Text: of values, of names, of what has no
// effect. Then what comes in, what goes out, the reference, and what asks for attention.
extern const Colour colour_back, colour_panel, colour_well, colour_line, colour_text, colour_faint,
    colour_dim, colour_before, colour_after, colour_reference, colour_alarm, colour_fill;

typedef struct {
    double x, y, width, height;
} Box;

bool box_has(const Box *box, double x, double y);

void paint_colour(cairo_t *cr, Colour colour, double opacity);
void paint_box(cairo_t *cr, const Box *box, double radius, Colour colour, double opacity);
void paint_frame(cairo_t *cr, const Box *box, double radius, Colour colour, double opacity);

typedef enum { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } Align;

// Draws a line of text within the box: smaller by up to an eighth where it would not fit, and then
// cut with an ellipsis. Bytes that are not UTF-8 are drawn as question marks.
void paint_text(cairo_t *cr, const Box *box, Align align, double size, bool bold, Colour colour,
                const char *text);

// Returns how wide the text is.
double text_width(cairo_t *cr, double size, bool bold, const char *text);

// The smallest size, as a share, that paint_text() draws a text in before it cuts it.
#define TEXT_SMALLEST 0.875

// Draws text over several lines, broken at spaces; returns the height. With NULL as colour it only
// measures.
double paint_paragraph(cairo_t *cr, const Box *box, double size, const Colour *colour,
                       const char *text);

#endif
